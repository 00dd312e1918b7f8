import type { Cluster, Redis } from 'ioredis';
import type { Queue } from 'bullmq';
import { queueSettings } from '../queues';
import { JobGate } from './job-gate';
import type { Flow } from './turns';

/** Long, as each time costs a worker a moment. */
const heldMs = 300_000;
const leaseMs = queueSettings.look.deadlineMs + queueSettings.look.lockMs;

/** At most so many looks of one tenant in one lane at the same time, see `JobGate`. */
export class TenantGate {
  private readonly gate: JobGate;

  constructor(
    redis: Redis | Cluster,
    prefix: string,
    queue: Pick<Queue, 'getJob'>,
    private readonly most: number,
  ) {
    this.gate = new JobGate(redis, prefix, queue, { leaseMs, heldMs });
  }

  /** @throws LaterError when all places of the tenant are taken */
  enter(job: string, { lane, tenant }: Flow, at: number, nowMs = Date.now()): Promise<void> {
    return this.gate.enter(job, `${lane}:${tenant}`, { most: this.most, order: at }, nowMs);
  }

  /** Gives the place back, and calls the first of those that wait for it. */
  leave(job: string, { lane, tenant }: Flow): Promise<void> {
    return this.gate.leave(job, `${lane}:${tenant}`);
  }
}
