import type { Cluster, Redis } from 'ioredis';
import type { Job, Queue } from 'bullmq';
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
    while (id !== undefined) {
      const held = await this.queue.getJob(id);
      if (held && (await this.call(held, flow, Number(at)))) return;
      // Cancelled or done meanwhile: the next one.
      [id, at] = (await this.redis.zpopmin(this.keysOf(flow)[1])) as string[];
    }
  }

  private async call(job: Job, flow: Flow, at: number): Promise<boolean> {
    try {
      await job.promote();
    } catch (error) {
      if (isMissingJob(error)) return false;
      // Not put aside yet by the worker that was turned away: it is still to be called.
      await this.redis.zadd(this.keysOf(flow)[1], at, job.id ?? '');
    }
    return true;
  }

  private keysOf({ lane, tenant }: Flow): [places: string, held: string] {
    return [`${this.prefix}:places:${lane}:${tenant}`, `${this.prefix}:held:${lane}:${tenant}`];
  }
}
