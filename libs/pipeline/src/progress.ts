import type { ScanEvent, ScanRecord, Stage } from '@assay/contracts';
import type { Ports } from './ports';

/** Least time between two published events of one stage, ms: five a second look smooth and cost nothing. */
const throttleMs = 200;

/** Where each stage begins and ends on the way to 100 %: looking is nearly all of the work. */
export const stagePercent: Record<Stage, readonly [number, number]> = {
  intake: [0, 0],
  probe: [0, 2],
  plan: [2, 5],
  look: [5, 97],
  judge: [97, 99],
  publish: [99, 100],
};

export type Partial = NonNullable<ScanEvent['partial']>;

/**
 * Tells the world how far a scan is. Progress is a courtesy: it never fails a stage, and the index keeps it from going
 * back when segments report out of order.
 */
export class Progress {
  private lastAt = 0;

  constructor(
    private readonly scan: string,
    private readonly ports: Ports,
  ) {}

  /** @param fraction of the stage, 0..1 */
  async report(stage: Stage, fraction: number, partial: Partial | null = null): Promise<void> {
    const now = Date.now();
    if (partial === null && now - this.lastAt < throttleMs) return;
    this.lastAt = now;
    const [from, to] = stagePercent[stage];
    const percent = from + (to - from) * Math.min(1, Math.max(0, fraction));
    try {
      const record = await this.ports.index.update(this.scan, { state: 'running', stage, percent });
      if (record) await this.ports.index.publish(eventOf(record, partial));
    } catch (error) {
      this.ports.log.warn({ scan: this.scan, err: error }, 'progress was not published');
    }
  }
}

export function eventOf(record: ScanRecord, partial: Partial | null = null): ScanEvent {
  const { id, state, stage, percent, verdict } = record;
  return { scan: id, state, stage, percent, at: new Date().toISOString(), partial, verdict };
}
