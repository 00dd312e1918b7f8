import { Owner, Turn } from '@assay/contracts';
import type { LaneQueue, StartGate, TenantGate, Turns } from '@assay/pipeline';
import { z } from 'zod';
import type { WorkerMetrics } from './metrics';
import type { Done } from './stage';

export interface LaneParts {
  turns: Pick<Turns, 'started' | 'finished'>;
  /** Null where tenants may have any number of jobs going. */
  gate: Pick<TenantGate, 'enter' | 'leave'> | StartGate | null;
  metrics: WorkerMetrics;
}

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
      if (gate) this.tell(gate.leave(job, flow));
    }
  }

  private tell(message: Promise<void>): void {
    this.track(message.catch(() => undefined));
  }
}
