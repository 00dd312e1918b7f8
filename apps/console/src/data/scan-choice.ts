import type { ScanFilter } from '@assay/client';
import type { DecisionLabel, ScanState, VerdictLabel } from '@assay/contracts';

/** What the list is narrowed to, as it stands in the fields; '' = all. */
export interface ScanChoice {
  verdict: VerdictLabel | '';
  state: ScanState | '';
  label: DecisionLabel | '';
  /** First and last day, `2026-01-31`, as the person's own clock counts them. */
  from: string;
  to: string;
}

export const everything: ScanChoice = { verdict: '', state: '', label: '', from: '', to: '' };

export const isNarrowed = (choice: ScanChoice): boolean => Object.values(choice).some((value) => value !== '');

/** Days in their order as text; one that is left open fits any other. */
export const daysFit = ({ from, to }: ScanChoice): boolean => from === '' || to === '' || from <= to;

export function filterOf({ verdict, state, label, from, to }: ScanChoice): ScanFilter {
  const [createdAfter, createdBefore] = [startOf(from), startOf(to, 1)];
  return {
    ...(verdict && { verdict }),
    ...(state && { state }),
    ...(label && { label }),
    ...(createdAfter && { createdAfter }),
    ...(createdBefore && { createdBefore }),
  };
}

/** Midnight here, so many days later; null for what is no day, as while a year is being typed. */
function startOf(day: string, later = 0): Date | null {
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + later);
  return Number.isNaN(start.getTime()) ? null : start;
}
