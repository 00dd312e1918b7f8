import type { Cluster, Redis } from 'ioredis';
import type { Job, Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaterError } from '../errors';
import { enterScript, leaveScript } from './gate-scripts';
import { isMissingJob } from './missing-job';

/** A worker that was turned away puts its job aside within it, ms; what is called before is called again. */
const asideMs = 5_000;
const pauseMs = 50;

export interface GateTimes {
  /** A place of a worker that died is its job's, which goes on elsewhere; if that is gone too, the place is free after this, ms. */
  leaseMs: number;
  /** A job that was held comes back by itself after this long, ms, whatever became of who should have called it. */
  heldMs: number;
}

/**
 * At most so many jobs of one group at the same time, in the whole fleet: what is over it waits aside, and leaves the workers to others
 * even where its turn has come. Counted by leases, so that what died is not counted for ever.
 */
export class JobGate {
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly prefix: string,
    private readonly queue: Pick<Queue, 'getJob'>,
    private readonly times: GateTimes,
  ) {}

  /**
   * @param order the lowest is called first
   * @throws LaterError when all places of the group are taken
   */
  async enter(
    job: string,
    group: string,
    { most, order }: { most: number; order: number },
    nowMs = Date.now(),
  ): Promise<void> {
    const { leaseMs, heldMs } = this.times;
    const args = [job, nowMs, nowMs + leaseMs, most, order];
    if ((await this.redis.eval(enterScript, 2, ...this.keysOf(group), ...args)) !== 1) throw new LaterError(heldMs);
  }

  /** Gives the place back, and calls the first of those that wait for it. */
  async leave(job: string, group: string): Promise<void> {
    let [id, order] = (await this.redis.eval(leaveScript, 2, ...this.keysOf(group), job)) as string[];
    for (const giveUpAt = Date.now() + asideMs; id !== undefined;) {
      const held = await this.queue.getJob(id);
      const called = held ? await this.call(held) : 'gone';
      if (called === 'called') return;
      if (called === 'early') {
        // This may be the group's last one for long: nobody else would call it.
        await this.redis.zadd(this.keysOf(group)[1], Number(order), id);
        if (Date.now() > giveUpAt) return;
        await sleep(pauseMs);
      }
      [id, order] = (await this.redis.zpopmin(this.keysOf(group)[1])) as string[];
    }
  }

  /** The job is gone: nothing names it any more. */
  async forget(job: string, group: string): Promise<void> {
    for (const key of this.keysOf(group)) await this.redis.zrem(key, job);
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

  private keysOf(group: string): [places: string, held: string] {
    return [`${this.prefix}:places:${group}`, `${this.prefix}:held:${group}`];
  }
}
