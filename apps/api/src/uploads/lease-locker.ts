import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@assay/pipeline';
import type { Lease, LeaseStore } from '@assay/storage';
import type { Lock, Locker } from '@tus/server';
import { problems } from '../problems/problems';

/** How long a replica that died keeps an upload from going on elsewhere, ms. */
const leaseMs = 10_000;
/** Also how long it takes until a holder on another replica hears that someone waits, ms. */
const renewMs = 1_000;
/** Part of the lease that is not used: a write that has begun needs time to end, ms. */
const marginMs = 2_000;
/** Between two questions for a lease that is held, ms. */
const pauseMs = 100;
/** A request waits this long for the one before it, ms: longer than the lease of a replica that died. */
const waitMs = 20_000;

/** The right to write to one upload, while it lasts. */
export interface Hold {
  /** Rises with each holder; what came late can be told by it. */
  readonly token: number;
  /** From what is known here: the lease was renewed and has not run out. Costs nothing. */
  isValid(): boolean;
  /** Asks: does it still stand? Before what cannot be taken back. */
  confirm(): Promise<boolean>;
  release(): Promise<void>;
}

interface Held extends Hold {
  want(): void;
}

/**
 * One request at a time for each upload, over all replicas: a lease in Redis. Who waits makes the holder end, which for
 * an upload means that what has come is kept and its connection, often one that is dead without knowing, is closed.
 */
export class LeaseLocker implements Locker {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly leases: LeaseStore,
    private readonly log: Logger,
  ) {}

  newLock(id: string): Lock {
    let hold: Hold | null = null;
    return {
      lock: async (signal, cancel) => {
        hold = await this.hold(id, signal, () => void cancel());
      },
      unlock: async () => {
        await hold?.release();
      },
    };
  }

  /** The hold that this process has on an upload. */
  holdOf(id: string): Hold | undefined {
    return this.held.get(id);
  }

  /**
   * Waits for whoever has it.
   *
   * @param onWanted someone waits for it, or it was lost: come to an end
   * @throws ProblemError 423 when it stays held; StoreUnavailableError; the signal's reason
   */
  async hold(id: string, signal: AbortSignal, onWanted: () => void): Promise<Hold> {
    for (const giveUpAt = Date.now() + waitMs; Date.now() < giveUpAt; await sleep(pauseMs, undefined, { signal })) {
      signal.throwIfAborted();
      const hold = await this.take(id, onWanted, true);
      if (hold) return hold;
      // In this process it can be told at once.
      this.held.get(id)?.want();
    }
    throw problems.uploadBusy();
  }

  /** @returns null when someone has it; he is not told */
  tryHold(id: string, onWanted: () => void): Promise<Hold | null> {
    return this.take(id, onWanted, false);
  }

  /** Ends every request that holds an upload, for shutdown. */
  cancelAll(): void {
    for (const held of this.held.values()) held.want();
  }

  private async take(id: string, onWanted: () => void, want: boolean): Promise<Hold | null> {
    const askedAt = performance.now();
    const lease = await this.leases.acquire(id, leaseMs, want);
    return lease && this.keep(lease, askedAt, onWanted);
  }

  private keep(lease: Lease, askedAt: number, onWanted: () => void): Hold {
    // Counted from before the question, by a clock that nobody sets: Redis' own count begins later.
    let validUntil = askedAt + leaseMs - marginMs;
    const renew = async (): Promise<void> => {
      const renewedAt = performance.now();
      const renewal = await this.leases.renew(lease, leaseMs).catch(() => null);
      if (renewal === 'lost') validUntil = 0;
      else if (renewal) validUntil = renewedAt + leaseMs - marginMs;
      if (renewal === 'wanted' || !held.isValid()) onWanted();
    };
    const timer = setInterval(() => void renew(), renewMs);
    const held: Held = {
      token: lease.token,
      isValid: () => performance.now() < validUntil,
      confirm: async () => (await renew(), held.isValid()),
      want: onWanted,
      release: async () => {
        clearInterval(timer);
        validUntil = 0;
        if (this.held.get(lease.name) === held) this.held.delete(lease.name);
        // It ends by itself, only later; what was done under it is done.
        await this.leases
          .release(lease)
          .catch((error: unknown) => this.log.warn({ err: error }, 'a lease was not given back'));
      },
    };
    this.held.set(lease.name, held);
    return held;
  }
}
