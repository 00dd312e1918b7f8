import type { DriftReport, ModelDrift, ScoreHistograms, ScoreReference } from '@assay/contracts';
import type { TallyStore } from '@assay/storage';
import { joined, joinIntervals, populationStability, stabilityByChance, sum } from './population-stability';
import { histogramsOf, scoreBins, scoreFields } from './score-bins';
import type { VerdictTrack } from '@assay/contracts';

const dayMs = 24 * 3_600_000;
/** Longer than any window that is asked for, days. */
const keptDays = 40;
/** Days that a reference is made of when a set is promoted. */
export const referenceDays = 14;
/** Fewer faces than this are no reference. */
export const leastReferenceScores = 200;

/** The customary marks of the index. */
const some = 0.1;
const much = 0.25;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const tallyOf = (set: string, day: string): string => `scores:${set}:${day}`;

/** Counts the scores of a scan's faces under the set that gave them, and the present day. */
export function countScores(
  set: string,
  tracks: readonly Pick<VerdictTrack, 'probability' | 'scores'>[],
  tallies: TallyStore,
  nowMs = Date.now(),
): Promise<void> {
  return tallies.add(tallyOf(set, dayOf(nowMs)), scoreFields(tracks), keptDays * dayMs);
}

interface Window {
  from: string;
  to: string;
  histograms: ScoreHistograms;
}

/** Scores of the last `days` days, today included. */
async function scoresOf(set: string, days: number, tallies: TallyStore, nowMs: number): Promise<Window> {
  const named = Array.from({ length: days }, (_, i) => dayOf(nowMs - i * dayMs));
  const counts = await Promise.all(named.map((day) => tallies.read(tallyOf(set, day))));
  return { from: named.at(-1)!, to: named[0]!, histograms: histogramsOf(counts) };
}

/** What the set's scores look like now, to compare later ones with. @returns null with too few scores to say */
export async function referenceOf(
  set: string,
  tallies: TallyStore,
  nowMs = Date.now(),
): Promise<ScoreReference | null> {
  const { from, to, histograms } = await scoresOf(set, referenceDays, tallies, nowMs);
  const least = Math.min(...Object.values(histograms).map(sum));
  return Number.isFinite(least) && least >= leastReferenceScores ? { set, from, to, histograms } : null;
}

/** How far the scores of a set have moved from its reference, model by model. */
export async function readDrift(
  set: string,
  reference: ScoreReference | null,
  days: number,
  tallies: TallyStore,
  nowMs = Date.now(),
): Promise<DriftReport> {
  const { from, to, histograms } = await scoresOf(set, days, tallies, nowMs);
  // A reference of another set would be compared with other models' numbers.
  const own = reference?.set === set ? reference : null;
  const models = [...new Set([...Object.keys(histograms), ...Object.keys(own?.histograms ?? {})])].sort();
  return {
    set,
    from,
    to,
    reference: own && { set: own.set, from: own.from, to: own.to },
    models: models.map((model) => driftOf(model, own?.histograms[model] ?? [], histograms[model] ?? [])),
  };
}

function driftOf(model: string, reference: readonly number[], now: readonly number[]): ModelDrift {
  const [scores, referenceScores] = [sum(now), sum(reference)];
  const ends = joinIntervals(reference.length > 0 ? reference : scoreBins.map(() => 0));
  const [before, after] = [joined(reference, ends), joined(now, ends)];
  const psi = populationStability(before, after);
  const psiByChance = psi === null ? null : stabilityByChance(ends.length, scores, referenceScores);
  const share = (count: number, of: number): number => (of === 0 ? 0 : count / of);
  return {
    model,
    level: levelOf(psi, psiByChance),
    psi,
    psiByChance,
    scores,
    referenceScores,
    intervals: ends.map((end, i) => ({
      upTo: scoreBins[end] ?? null,
      reference: share(before[i] ?? 0, referenceScores),
      now: share(after[i] ?? 0, scores),
    })),
  };
}

/** An index is only told where chance explains less than half of the mark that it is held against. */
function levelOf(psi: number | null, byChance: number | null): ModelDrift['level'] {
  if (psi === null || byChance === null || byChance > some / 2) return 'unknown';
  if (psi >= much) return 'much';
  return psi >= some ? 'some' : 'none';
}
