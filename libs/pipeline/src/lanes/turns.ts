import type { Lane, TenantId, Turn } from '@assay/contracts';
import type { Cluster, Redis } from 'ioredis';
import { type LaneQueue, paceKey, placeOf, ticksPerJob, ticksWithPlaces, turnsKey } from './lane-settings';
import { finishedScript, startedScript, takeScript, tidyScript } from './scripts';

/** Whose job, and how urgent. */
export interface Flow {
  tenant: TenantId;
  lane: Lane;
}

export interface Taken {
  turn: Turn;
  /** For BullMQ. */
  priority: number;
}

/** What a job took and got done. */
export interface Work {
  workMs: number;
  videoMs: number;
}

/** Sums of `finishedScript`, as they were at `at`. */
export type Pace = Record<string, number>;

/** Half of what is measured is younger than this, ms: long enough for a few looks of a small fleet, short enough to follow a peak. */
const paceHalfLifeMs = 60_000;

/**
 * The order in which jobs are taken: start-time fair queueing (Goyal, Vin, Cheng 1996) over tenants and lanes. A job's turn
 * is where its tenant's last one in that lane ended, or the present turn if that is later: who has asked for little comes
 * first, who comes with ten thousand scans waits for himself. See docs/decisions/008.
 *
 * Turns order jobs and nothing more: a job is in BullMQ or it is not, whatever is written here.
 */
export class Turns {
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly prefix: string,
  ) {}

  /** Turns for `jobs` jobs that are about to be added. One that is not added then leaves a gap and no harm. */
  async take(queue: LaneQueue, { tenant, lane }: Flow, jobs: number): Promise<Taken[]> {
    const ticks = ticksPerJob[lane];
    const reply = await this.run(takeScript, [turnsKey(this.prefix, queue)], [lane, tenant, ticks, jobs]);
    const [first = 0, base = 0] = (reply as unknown[]).map(Number);
    return Array.from({ length: jobs }, (_, index) => {
      const turn = { lane, at: first + index * ticks };
      return { turn, priority: placeOf(turn, base) };
    });
  }

  /** A worker has begun a job: the present turn is its. */
  async started(queue: LaneQueue, turn: Turn): Promise<void> {
    await this.run(startedScript, [turnsKey(this.prefix, queue)], [turn.at]);
  }

  async finished(queue: LaneQueue, lane: Lane, { workMs, videoMs }: Work, nowMs = Date.now()): Promise<void> {
    const keys = [paceKey(this.prefix, queue), turnsKey(this.prefix, queue), `${this.prefix}:${queue}:prioritized`];
    await this.run(finishedScript, keys, [nowMs, paceHalfLifeMs, lane, workMs, videoMs]);
  }

  /** @returns the base that waiting jobs must be numbered by, and the one that they are */
  async tidy(queue: LaneQueue): Promise<{ base: number; walked: number }> {
    const reply = await this.run(tidyScript, [turnsKey(this.prefix, queue)], [Math.floor(ticksWithPlaces / 2)]);
    const [base = 0, walked = 0] = (reply as unknown[]).map(Number);
    return { base, walked };
  }

  async walked(queue: LaneQueue, base: number): Promise<void> {
    await this.redis.hset(turnsKey(this.prefix, queue), 'walked', base);
  }

  /** `now`, `base`, and each flow's next turn. */
  async read(queue: LaneQueue): Promise<Record<string, number>> {
    return numbersOf(await this.redis.hgetall(turnsKey(this.prefix, queue)));
  }

  async pace(queue: LaneQueue): Promise<Pace> {
    return numbersOf(await this.redis.hgetall(paceKey(this.prefix, queue)));
  }

  /** Places of jobs among those that wait: rank (0 = next) and BullMQ's score; null where a job does not wait. */
  async placesOf(queue: LaneQueue, jobs: readonly string[]): Promise<({ rank: number; priority: number } | null)[]> {
    const key = `${this.prefix}:${queue}:prioritized`;
    return Promise.all(
      jobs.map(async (job) => {
        const [rank, score] = await Promise.all([this.redis.zrank(key, job), this.redis.zscore(key, job)]);
        return rank === null || score === null ? null : { rank, priority: Math.floor(Number(score) / 2 ** 32) };
      }),
    );
  }

  /** Up to `limit` jobs that wait, or wait for their time, in their order, behind a score. */
  async after(
    queue: LaneQueue,
    state: 'prioritized' | 'delayed',
    score: string,
    limit: number,
  ): Promise<{ job: string; score: string }[]> {
    const key = `${this.prefix}:${queue}:${state}`;
    const found = await this.redis.zrange(key, score, '+inf', 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES');
    return found.flatMap((job, at) => (at % 2 === 0 ? [{ job, score: found[at + 1] ?? '0' }] : []));
  }

  private run(script: string, keys: string[], args: (string | number)[]): Promise<unknown> {
    return this.redis.eval(script, keys.length, ...keys, ...args);
  }
}

function numbersOf(hash: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(hash).map(([field, text]) => [field, Number(text)]));
}
