import { type SetComparison, ShadowResult, type VerdictLabel } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import { readDerived } from '../stored';

/** Small documents, mostly waiting for the store. */
const lanes = 16;
/** Scans that are compared: by then the shares have three digits, and memory and time stay bounded. */
export const maxComparedScans = 20_000;

/** What a set in shadow said beside what was said: how often they agree, and where they do not. */
export async function compareSets(
  set: string,
  limit: number,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<SetComparison> {
  const scans: string[] = [];
  for await (const { key } of store.list(keys.shadowMarks(set), signal)) {
    scans.push(key.slice(keys.shadowMarks(set).length));
    if (scans.length === maxComparedScans) break;
  }
  const results: ShadowResult[] = [];
  const read = async (scan: string, stop: AbortSignal): Promise<void> => {
    const result = await readDerived(store, keys.shadow(scan, set), ShadowResult, stop);
    if (result) results.push(result);
  };
  await inLanes(scans, lanes, read, signal);
  return comparisonOf(set, results, limit);
}

export function comparisonOf(set: string, results: readonly ShadowResult[], limit: number): SetComparison {
  const differences = results.map(differenceOf).filter((value) => value !== null);
  const disagreements = results.filter(({ live, shadow }) => live.verdict !== shadow.verdict);
  const table = new Map<string, { live: VerdictLabel; shadow: VerdictLabel; scans: number }>();
  for (const { live, shadow } of results) {
    const pair = `${live.verdict} ${shadow.verdict}`;
    const row = table.get(pair) ?? { live: live.verdict, shadow: shadow.verdict, scans: 0 };
    table.set(pair, { ...row, scans: row.scans + 1 });
  }
  return {
    shadow: set,
    scans: results.length,
    agreement: results.length === 0 ? null : 1 - disagreements.length / results.length,
    table: [...table.values()].sort((a, b) => b.scans - a.scans),
    meanDifference: mean(differences),
    meanAbsoluteDifference: mean(differences.map(Math.abs)),
    disagreements: disagreements.sort((a, b) => sizeOf(b) - sizeOf(a) || (a.scan < b.scan ? -1 : 1)).slice(0, limit),
  };
}

function differenceOf({ live, shadow }: ShadowResult): number | null {
  return live.probability === null || shadow.probability === null ? null : shadow.probability - live.probability;
}

/** One that gives an answer where the other has none differs the most. */
const sizeOf = (result: ShadowResult): number => Math.abs(differenceOf(result) ?? 1);

const mean = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
