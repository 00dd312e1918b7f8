import type { QueuePlace, ScanRecord } from '@assay/contracts';
import { flowOf } from '../flows';
import type { ScanQueues } from '../open-queues';
import { jobIdFor } from '../queues';
import { lanePaceOf, type LanePace, nextTurn, waitingBefore } from './lane-pace';
import { type LaneQueue, turnAt } from './lane-settings';

/** One stage, as a scan that waits for it sees it. */
interface Stage {
  turns: Record<string, number>;
  pace: LanePace;
}

/**
 * Where an unfinished scan stands in the queues, and when its verdict is expected. The time is that of the scan's lane as
 * it got on in the last minutes, whatever else the fleet did meanwhile; retries, outages and a fleet that grows are not in it.
 */
export async function queuePlaceOf(scan: ScanRecord, queues: ScanQueues, nowMs = Date.now()): Promise<QueuePlace> {
  const { turns } = queues;
  const flow = flowOf(scan);
  const stage = async (queue: LaneQueue): Promise<Stage> => {
    const [order, pace] = await Promise.all([turns.read(queue), turns.pace(queue)]);
    return { turns: order, pace: lanePaceOf(pace, flow.lane, nowMs) };
  };
  const idOf = (queue: LaneQueue, part?: number) => jobIdFor(queue, scan.id, scan.modelSet, part);
  const looks = Array.from({ length: scan.segments ?? 0 }, (_, part) => idOf('look', part));
  const [planState, heldUntil, lookStates, plan, look, [planPlace], lookPlaces] = await Promise.all([
    queues.plan.getJobState(idOf('plan')),
    queues.starts.dueAt(idOf('plan'), flow),
    Promise.all(looks.map((job) => queues.look.getJobState(job))),
    stage('plan'),
    stage('look'),
    turns.placesOf('plan', [idOf('plan')]),
    turns.placesOf('look', looks),
  ]);
  // Set aside: a retry's pause, an outage, a tenant that has enough looks going. When it comes back is not known.
  const isAside = [planState, ...lookStates].includes('delayed');
  const turnOf = ({ priority }: { priority: number }, { turns: order }: Stage) => turnAt(priority, order['base'] ?? 0);
  // Before the looks of a scan that is not planned yet.
  const looksAhead = waitingBefore(look.turns, flow.lane, nextTurn(look.turns, flow));
  if (planPlace) {
    const ahead = waitingBefore(plan.turns, flow.lane, turnOf(planPlace, plan));
    return {
      position: planPlace.rank,
      secondsToVerdict: rounded(untilPlanned(plan.pace, look.pace, ahead, looksAhead)),
    };
  }
  if (planState === 'delayed' && heldUntil !== null) {
    // Held by the rate of its tenant: begun at its time, when what now waits before it has moved on.
    const waitSeconds = Math.max(0, heldUntil - nowMs) / 1000;
    return {
      position: null,
      secondsToVerdict: rounded(untilPlanned(plan.pace, look.pace, 0, looksAhead, waitSeconds)),
    };
  }
  const waiting = lookPlaces.filter((place) => place !== null);
  if (isAside) {
    return {
      position: waiting.length > 0 ? Math.min(...waiting.map(({ rank }) => rank)) : null,
      secondsToVerdict: null,
    };
  }
  if (waiting.length > 0) {
    const last = Math.max(...waiting.map((place) => turnOf(place, look)));
    const ahead = waitingBefore(look.turns, flow.lane, last);
    const seconds = sum(waitFor(ahead, look.pace), look.pace.secondsPerJob);
    return { position: Math.min(...waiting.map(({ rank }) => rank)), secondsToVerdict: rounded(seconds) };
  }
  // Without a job at all it waits for the sweep.
  if (planState !== 'active' && !lookStates.includes('active')) return { position: null, secondsToVerdict: null };
  // Planned at this moment, or its last looks are under way: a look's time is the most that is left of them.
  const left = scan.segments === null ? untilPlanned(plan.pace, look.pace, 0, looksAhead) : look.pace.secondsPerJob;
  return { position: null, secondsToVerdict: rounded(left) };
}

/**
 * A scan that is not planned yet has looks to come, as many as its lane's scans have; those of the scans before it in the
 * same line are looked at before it too. Planning goes on while others are looked at, so the longer of the two waits counts.
 *
 * @param waitSeconds before it may be planned
 */
function untilPlanned(
  plan: LanePace,
  look: LanePace,
  ahead: number,
  lookAhead: number,
  waitSeconds = 0,
): number | null {
  if (plan.jobs === null || look.jobs === null) return null;
  const looksPerScan = look.jobs / plan.jobs;
  const planned = sum(waitFor(ahead, plan), sum(plan.secondsPerJob, waitSeconds));
  const reached = waitFor(lookAhead + ahead * looksPerScan, look);
  if (planned === null || reached === null) return null;
  const ownLooks = look.jobsPerSecond === null ? null : looksPerScan / look.jobsPerSecond;
  return sum(Math.max(planned, reached), Math.max(look.secondsPerJob ?? 0, ownLooks ?? 0));
}

/** Who is next waits for nobody, and needs no rate. */
function waitFor(ahead: number, { jobsPerSecond }: LanePace): number | null {
  if (ahead < 1) return 0;
  return jobsPerSecond === null ? null : ahead / jobsPerSecond;
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Tenths: an expectation is no better. */
function rounded(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 10) / 10;
}
