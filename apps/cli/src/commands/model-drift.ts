import { CompareSets, type DriftReport, ReadDrift, type SetComparison } from '@assay/contracts';
import { compareSets, findModelSet, readDrift, readRollout } from '@assay/pipeline';
import pc from 'picocolors';
import { CliError, ExitCode } from '../exit';
import { withFleet } from '../fleet/with-fleet';
import { columns, forPerson, installedSet, shortSet } from '../models/operator';

export interface DriftOptions {
  data?: string;
  json?: boolean;
  days?: number;
}

/** @returns `failed` when the scores of a model have moved far */
export function modelsDrift(options: DriftOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store, tallies }, signal) => {
    const { days } = ReadDrift.parse(options.days === undefined ? {} : { days: options.days });
    const rollout = await readRollout(store, null, signal);
    const live = rollout?.live ?? (await installedSet()).digest;
    const report = await readDrift(live, rollout?.reference ?? null, days, tallies);
    if (options.json) console.log(JSON.stringify(report));
    else console.log(driftText(report));
    return report.models.some(({ level }) => level === 'much') ? ExitCode.failed : ExitCode.ok;
  });
}

function driftText({ set, from, to, reference, models }: DriftReport): string {
  const against = reference
    ? `${reference.from} to ${reference.to}`
    : 'no reference: "assay models reference" makes one';
  const head = `${shortSet(set)}, ${from} to ${to}, against ${against}`;
  if (models.length === 0) return `${head}\nno scores`;
  const figure = (value: number | null): string => value?.toFixed(3) ?? '-';
  const rows = models.map(({ model, level, psi, psiByChance, scores, referenceScores }) => [
    ...[model, level, figure(psi), figure(psiByChance), String(scores), String(referenceScores)],
  ]);
  return `${head}\n${columns([['model', 'drift', 'PSI', 'by chance', 'faces', 'of reference'], ...rows])}`;
}

export interface CompareOptions {
  data?: string;
  json?: boolean;
  limit?: number;
}

/** Of a set that was in shadow; the present one when none is named. */
export function modelsCompare(ref: string | undefined, options: CompareOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const { limit } = CompareSets.parse(options.limit === undefined ? {} : { limit: options.limit });
    const set = ref
      ? (await forPerson(findModelSet(ref, store, signal))).digest
      : (await readRollout(store, null, signal))?.shadow?.set;
    if (!set) throw new CliError('No set is in shadow: name the one whose results you want.', ExitCode.usage);
    const comparison = await compareSets(set, limit, store, signal);
    if (options.json) console.log(JSON.stringify(comparison));
    else console.log(comparisonText(comparison));
    return ExitCode.ok;
  });
}

function comparisonText({ shadow, scans, agreement, table, disagreements, ...rest }: SetComparison): string {
  if (agreement === null) return `${shortSet(shadow)} has scored nothing in shadow yet`;
  const signed = (value: number | null): string =>
    value === null ? '-' : `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
  const pairs = table.map(({ live, shadow: said, scans: count }) => [live, said, String(count)]);
  const rows = disagreements.map(({ scan, live, shadow: said }) => [
    ...[scan, `${live.verdict} ${live.probability ?? '-'}`, `${said.verdict} ${said.probability ?? '-'}`],
  ]);
  return [
    `${shortSet(shadow)} in shadow: ${scans} scans, the same label in ${(100 * agreement).toFixed(1)} %`,
    `probability: mean difference ${signed(rest.meanDifference)}, mean size of it ${rest.meanAbsoluteDifference?.toFixed(3) ?? '-'}`,
    '',
    columns([['live', 'shadow', 'scans'], ...pairs]),
    ...(rows.length > 0
      ? ['', pc.bold('where they do not agree'), columns([['scan', 'live', 'shadow'], ...rows])]
      : []),
  ].join('\n');
}
