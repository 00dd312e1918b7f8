import type { ScanRate, TenantId } from '@assay/contracts';
import type { Queue } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { LaterError } from '../errors';
import { isMissingJob } from './missing-job';
import { startScript } from './start-scripts';
import type { Flow } from './turns';

/** Jobs that one start calls where there is room: two, so that a line that is let go does not get going one by one. */
const calledAtOnce = 2;

/** What a worker asks before it begins a job, and tells when it has ended: see `TenantGate`. */
export interface StartGate {
  enter(job: string, flow: Flow, at: number, nowMs?: number): Promise<void>;
  leave(): Promise<void>;
}

/**
 * How many scans of a tenant are begun a minute in one lane, in the whole fleet: what comes beyond waits aside until its time, and
 * leaves the workers to others. Lane by lane, so that a tenant's archive does not hold up its own uploads either.
 *
 * Counts and times alone are kept here. The job is BullMQ's, and comes back by itself: losing all of it costs a minute's rate.
 */
export class StartRate {
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly prefix: string,
    private readonly queue: Pick<Queue, 'getJob'>,
  ) {}

  /** @param rateOf what holds for a tenant */
  gate(rateOf: (tenant: TenantId) => Promise<ScanRate>): StartGate {
    return {
      enter: async (job, flow, _at, nowMs = Date.now()) => {
        await this.enter(job, flow, (await rateOf(flow.tenant))[flow.lane], nowMs);
      },
      // What has started has started.
      leave: async () => undefined,
    };
  }

  /**
   * @param most starts a minute; null = any number
   * @throws LaterError when the job's time has not come
   */
  async enter(job: string, flow: Flow, most: number | null, nowMs = Date.now()): Promise<void> {
    if (most === null) {
      // Held under a rate that is there no more, as others may be.
      if (await this.forget(job, flow)) await this.call(flow, nowMs);
      return;
    }
    const [started, value = 0] = (await this.redis.eval(
      startScript,
      2,
      ...this.keysOf(flow),
      ...[job, nowMs, most],
    )) as number[];
    if (started !== 1) throw new LaterError(value - nowMs);
    if (value > 0) await this.call(flow, nowMs, Math.min(value, calledAtOnce));
  }

  /**
   * Has the first of those that are held ask again now: there is room for them, since one that was held before them is gone, or the
   * rate was raised.
   */
  async call(flow: Flow, nowMs = Date.now(), jobs = calledAtOnce): Promise<void> {
    const [, held] = this.keysOf(flow);
    for (let called = 0; called < jobs;) {
      const [id, due] = await this.redis.zrange(held, `(${nowMs}`, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES');
      if (id === undefined || due === undefined) return;
      // Of this moment, so that nobody else calls it too.
      await this.redis.zadd(held, 'XX', nowMs, id);
      if (await this.wake(id)) called += 1;
      else await this.redis.zrem(held, id);
    }
  }

  /** When a job that is held will be begun, ms since the epoch; null where it is not held. */
  async dueAt(job: string, flow: Flow): Promise<number | null> {
    const due = await this.redis.zscore(this.keysOf(flow)[1], job);
    return due === null ? null : Number(due);
  }

  /** Jobs of a tenant in a lane that wait for their time. */
  held(flow: Flow): Promise<number> {
    return this.redis.zcard(this.keysOf(flow)[1]);
  }

  /** Has a job ask again now, as one of another lane. */
  async release(job: string, flow: Flow): Promise<void> {
    if (await this.forget(job, flow)) await this.wake(job);
  }

  /** The job is gone. @returns whether it was held */
  async forget(job: string, flow: Flow): Promise<boolean> {
    return (await this.redis.zrem(this.keysOf(flow)[1], job)) === 1;
  }

  /** @returns false where there is no such job any more */
  private async wake(id: string): Promise<boolean> {
    const job = await this.queue.getJob(id);
    try {
      await job?.promote();
    } catch (error) {
      // Otherwise its worker is just putting it aside: it comes at the time that it was told.
      return !isMissingJob(error);
    }
    return job !== undefined;
  }

  private keysOf({ lane, tenant }: Flow): [started: string, held: string] {
    return [`${this.prefix}:starts:${lane}:${tenant}`, `${this.prefix}:unstarted:${lane}:${tenant}`];
  }
}
