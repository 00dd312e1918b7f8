import { ShadowJob } from '@assay/contracts';
import {
  countScores,
  findScan,
  LaterError,
  type Ports,
  scoreInShadow,
  type ScanQueues,
  shadowOf,
} from '@assay/pipeline';
import { Inject, Injectable } from '@nestjs/common';
import { LiveWork } from '../live-work';
import { EngineMetrics } from '../engine-metrics';
import { Stage, type StageContext, type StageProcessor } from '../../stage';
import { PORTS, QUEUES } from '../tokens';

/** How often it is looked whether live work waits anywhere, ms: what a shadow can cost a scan that waits. */
const lookEveryMs = 500;
/** Shortest pause of a shadow that gave way, and what chance adds, ms: a fleet that is busy must not be asked all the time. */
const pauseMs = 5_000;
/** A fleet that had no time for a shadow within this will not have it tomorrow: the sample gets a gap instead of a backlog, ms. */
const outdatedMs = 24 * 3_600_000;

/**
 * One scan, scored by a set on trial, in time that nobody else wants: it ends at once when this process gets a live job, and within
 * half a second when one waits anywhere.
 */
@Injectable()
@Stage('shadow')
export class ShadowProcessor implements StageProcessor<'shadow'> {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    private readonly live: LiveWork,
    private readonly metrics: EngineMetrics,
  ) {}

  async run(job: ShadowJob, { signal }: StageContext): Promise<void> {
    const set = await this.wantedSet(job, signal);
    if (set === null) return this.metrics.shadowed('outdated');
    const giveWay = new AbortController();
    const stop = (): void => giveWay.abort(new LaterError(pauseMs * (1 + Math.random())));
    if (this.live.busy || (await this.othersWait())) stop();
    const unsubscribe = this.live.onBegin(stop);
    // A failure to look is one of Redis, and no reason to stop.
    const look = (): void =>
      void this.othersWait().then(
        (wait) => wait && stop(),
        () => undefined,
      );
    const timer = setInterval(look, lookEveryMs);
    try {
      giveWay.signal.throwIfAborted();
      const { tracks } = await scoreInShadow(
        { scan: job.scan, set },
        this.ports,
        AbortSignal.any([signal, giveWay.signal]),
      );
      if (tracks && this.ports.tallies) await countScores(set, tracks, this.ports.tallies);
      this.metrics.shadowed('scored');
    } catch (error) {
      if (!giveWay.signal.aborted || signal.aborted) throw error;
      this.metrics.shadowed('gave_way');
      throw giveWay.signal.reason;
    } finally {
      clearInterval(timer);
      unsubscribe();
    }
  }

  /** @returns null where the trial has ended since, or the scan is gone or long past */
  private async wantedSet({ scan }: ShadowJob, signal: AbortSignal): Promise<string | null> {
    const record = await findScan(scan, this.ports, signal);
    if (!record || Date.now() - Date.parse(record.updatedAt) > outdatedMs) return null;
    return shadowOf(record, await this.ports.rollout.now(signal));
  }

  private async othersWait(): Promise<boolean> {
    const { plan, look, judge } = this.queues;
    const counts = await Promise.all([plan, look, judge].map((queue) => queue.getJobCounts('waiting', 'prioritized')));
    return counts.flatMap((count) => Object.values(count)).some((count) => count > 0);
  }
}
