import type { QuotaPeriod } from '@assay/contracts';

export interface PeriodTimes {
  /** `2026-11` or `2026-11-24`. */
  name: string;
  startsMs: number;
  resetsMs: number;
}

/** The day or month, in UTC, that a moment lies in. */
export function periodAt(period: QuotaPeriod, ms: number): PeriodTimes {
  const date = new Date(ms);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const iso = date.toISOString();
  if (period === 'day') {
    return { name: iso.slice(0, 10), startsMs: Date.UTC(year, month, day), resetsMs: Date.UTC(year, month, day + 1) };
  }
  return { name: iso.slice(0, 7), startsMs: Date.UTC(year, month), resetsMs: Date.UTC(year, month + 1) };
}
