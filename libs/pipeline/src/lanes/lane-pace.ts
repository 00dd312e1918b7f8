import type { Lane } from '@assay/contracts';
import { ticksPerJob } from './lane-settings';
import type { Flow, Pace } from './turns';

/** What has not been measured for this long is not known any more, ms. */
const staleMs = 600_000;
/** Fewer jobs than this (weighed by age) are no rate. */
const fewestJobs = 2;

/** How a lane gets on in one queue. All are null when that is not known. */
export interface LanePace {
  /** While jobs of the lane wait. */
  jobsPerSecond: number | null;
  /** Wall time of one job. */
  secondsPerJob: number | null;
  /** Jobs in the time that is measured; their age weighs. */
  jobs: number | null;
}

export function lanePaceOf(pace: Pace, lane: Lane, nowMs: number): LanePace {
  const of = (field: string): number => pace[`${lane}.${field}`] ?? 0;
  const fresh = nowMs - (pace['at'] ?? 0) < staleMs && of('jobs') > 0;
  if (!fresh) return { jobsPerSecond: null, secondsPerJob: null, jobs: null };
  const measured = of('busyJobs') >= fewestJobs && of('busyMs') > 0;
  return {
    jobsPerSecond: measured ? (of('busyJobs') / of('busyMs')) * 1000 : null,
    secondsPerJob: of('workMs') / of('jobs') / 1000,
    jobs: of('jobs'),
  };
}

/**
 * Jobs of a lane that have a turn before `at`, and were not started. Counted from what each tenant's line reaches to, so
 * jobs that were cancelled count until the present turn has passed theirs.
 */
export function waitingBefore(turns: Record<string, number>, lane: Lane, at: number): number {
  const now = turns['now'] ?? 0;
  const ends = Object.entries(turns).filter(([field]) => field.startsWith(`${lane}:`));
  const jobs = ends.map(([, end]) => Math.max(0, Math.min(end, at) - now) / ticksPerJob[lane]);
  return jobs.reduce((sum, count) => sum + count, 0);
}

/** The turn that a flow's next job would get. */
export function nextTurn(turns: Record<string, number>, { lane, tenant }: Flow): number {
  return Math.max(turns['now'] ?? 0, turns[`${lane}:${tenant}`] ?? 0);
}
