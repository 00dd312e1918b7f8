import type { Cluster, Redis } from 'ioredis';
import type { Job, Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaterError } from '../errors';
import { queueSettings } from '../queues';
import { enterScript, leaveScript } from './gate-scripts';
import { isMissingJob } from './missing-job';
import type { Flow } from './turns';

/**
 * A job that was held comes back by itself after this long, ms, whatever became of who should have called it. Long, as each
 * time costs one of the pauses that it has for outages.
 */
const heldMs = 300_000;
/** A place of a worker that died is its job's, which goes on elsewhere; if that is gone too, the place is free after this, ms. */
const leaseMs = queueSettings.look.deadlineMs + queueSettings.look.lockMs;

/** A worker that was turned away puts its job aside within it, ms; what is called before is called again. */
const asideMs = 5_000;
const pauseMs = 50;

type LookQueue = Pick<Queue, 'getJob'>;

/**
 * At most so many looks of one tenant in one lane at the same time, in the whole fleet: what is over it waits aside, and leaves the
 * workers to others even where its turn has come. Counted by leases, so that what died is not counted for ever.
 */
export class TenantGate {
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly prefix: string,
    private readonly queue: LookQueue,
    private readonly most: number,
  ) {}

  /** @throws LaterError when all places of the tenant are taken */
  async enter(job: string, flow: Flow, at: number, nowMs = Date.now()): Promise<void> {
    const args = [job, nowMs, nowMs + leaseMs, this.most, at];
    if ((await this.redis.eval(enterScript, 2, ...this.keysOf(flow), ...args)) !== 1) throw new LaterError(heldMs);
  }

  /** Gives the place back, and calls the first of those that wait for it. */
  async leave(job: string, flow: Flow): Promise<void> {
    let [id, at] = (await this.redis.eval(leaveScript, 2, ...this.keysOf(flow), job)) as string[];
    for (const giveUpAt = Date.now() + asideMs; id !== undefined;) {
      const held = await this.queue.getJob(id);
      const called = held ? await this.call(held) : 'gone';
      if (called === 'called') return;
      if (called === 'early') {
        // This may be the tenant's last one for long: nobody else would call it.
        await this.redis.zadd(this.keysOf(flow)[1], Number(at), id);
        if (Date.now() > giveUpAt) return;
        await sleep(pauseMs);
      }
      [id, at] = (await this.redis.zpopmin(this.keysOf(flow)[1])) as string[];
    }
  }

  /** `gone`: cancelled or done meanwhile; `early`: not put aside yet by the worker that was turned away. */
  private async call(job: Job): Promise<'called' | 'gone' | 'early'> {
    try {
      await job.promote();
      return 'called';
    } catch (error) {
      return isMissingJob(error) ? 'gone' : 'early';
    }
  }

  private keysOf({ lane, tenant }: Flow): [places: string, held: string] {
    return [`${this.prefix}:places:${lane}:${tenant}`, `${this.prefix}:held:${lane}:${tenant}`];
  }
}
