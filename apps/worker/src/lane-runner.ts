import { Owner, Turn } from '@assay/contracts';
import type { Flow, LaneQueue, Logger, StartGate, TenantGate, Turns } from '@assay/pipeline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { WorkerMetrics } from './metrics';
import type { Done } from './stage';

export interface LaneParts {
  turns: Pick<Turns, 'started' | 'finished'>;
  /** Null where tenants may have any number of jobs going. */
  gate: Pick<TenantGate, 'enter' | 'leave'> | StartGate | null;
  metrics: WorkerMetrics;
  log: Logger;
}

/** A Redis that fails over is back within them; a process that ends waits for this, too. */
const leavePausesMs = [250, 1_000, 4_000, 10_000];

/** Of the payload, whose job it is and when its turn was; jobs of older versions have no turn. */
const LaneJob = z.object({ tenant: Owner, turn: Turn.optional() });

/**
 * Runs a job as one of its tenant and lane: puts it aside where the tenant has enough going or has begun enough, tells the order whose turn it is,
 * and the pace what got done. What is told is a courtesy, like progress: without it new jobs are ordered by an older turn.
 */
export class LaneRunner {
  constructor(
    private readonly queue: LaneQueue,
    private readonly parts: LaneParts,
    /** Has to be done before the process may end. */
    private readonly track: (work: Promise<void>) => void,
  ) {}

  /** @throws LaterError when the job has to wait aside; or what the work threw */
  async run(job: string, payload: object, work: () => Promise<Done | void>): Promise<void> {
    const { tenant, turn } = LaneJob.parse(payload);
    if (!turn) return void (await work());
    const { turns, gate, metrics } = this.parts;
    const flow = { tenant, lane: turn.lane };
    await gate?.enter(job, flow, turn.at);
    try {
      this.tell(turns.started(this.queue, turn));
      const beganAt = performance.now();
      const videoSeconds = (await work())?.videoSeconds ?? 0;
      metrics.gotDone(turn.lane, videoSeconds);
      const workMs = performance.now() - beganAt;
      this.tell(turns.finished(this.queue, turn.lane, { workMs, videoMs: videoSeconds * 1000 }));
    } finally {
      if (gate) this.track(this.leave(gate, job, flow));
    }
  }

  /** A place that is not given back keeps the tenant's other looks waiting until its lease ends. */
  private async leave(gate: NonNullable<LaneParts['gate']>, job: string, flow: Flow): Promise<void> {
    for (const pauseMs of leavePausesMs) {
      try {
        return await gate.leave(job, flow);
      } catch {
        await sleep(pauseMs);
      }
    }
    await gate.leave(job, flow).catch((error: unknown) => {
      this.parts.log.warn({ job, tenant: flow.tenant, err: error }, 'a place of its tenant was not given back');
    });
  }

  private tell(message: Promise<void>): void {
    this.track(message.catch(() => undefined));
  }
}
