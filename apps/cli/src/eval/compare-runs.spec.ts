/**
 * - Differences are this run minus the earlier one, on rows that both have under the same label.
 * - The interval is paired: what both runs share moves neither limit.
 * - Files that are no run, and runs without a common row, are told before anything is scanned.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '@assay/evaluation';
import { CliError, ExitCode } from '../exit';
import { compareRuns, sharedAnswers } from './compare-runs';
import type { EvalItem } from './read-csv';
import { type EarlierRun, readEarlierRun } from './read-earlier-run';
import { comparisonRows } from './report/comparison-section';

const settings = { seed: 1, resamples: 300 };
const item = (i: number, fake: boolean): EvalItem => ({
  id: `${i}.mp4`,
  file: `${i}.mp4`,
  path: `/${i}.mp4`,
  fake,
  family: fake ? (i % 4 ? 'swap' : 'reenactment') : 'real',
  group: `g${i}`,
  region: 'full',
  columns: {},
});
const then = 'a'.repeat(64);
const items = Array.from({ length: 24 }, (_, i) => item(i, i % 2 === 0));
const label = (score: number) =>
  score >= 0.7 ? 'likely_manipulated' : score <= 0.3 ? 'likely_authentic' : 'inconclusive';
const observe = (score: (item: EvalItem, i: number) => number): Observation[] =>
  items.map((each, i) => {
    const value = score(each, i);
    return { score: value, fake: each.fake, group: each.group, label: label(value), abstained: false, pair: null };
  });
const run = (rows: Observation[]): EarlierRun => ({
  schema: 'assay.eval/1',
  createdAt: '2026-01-02T03:04:05.000Z',
  modelSet: then,
  items: rows.map(({ score, label: verdict }, i) => ({
    id: items[i]!.id,
    fake: items[i]!.fake,
    verdict,
    probability: score,
  })),
});

/** Neighbours 0 and 1, 2 and 3 ... are ranked wrong. */
const poor = observe(({ fake }, i) => (fake ? 0.2 : 0.25) + i / 50);
const good = observe(({ fake }, i) => (fake ? 0.95 : 0.02) + (fake ? -1 : 1) * (i / 500));

describe('a comparison of two runs', () => {
  it('says what this run changes, overall and per family', () => {
    const { rows, pooled, families, earlier } = compareRuns(items, good, run(poor), settings);
    expect([rows, earlier.modelSet]).toEqual([24, then]);
    // By hand: of 12 x 12 comparisons the poor run has 55 right, none tied (a fake i beats a real j when i > j + 2).
    expect(pooled.auc.value).toBeCloseTo(1 - 55 / 144);
    expect(pooled.auc.interval![0]).toBeGreaterThan(0.2);
    expect(pooled.brierScore.value).toBeLessThan(0);
    expect(families.map(({ family, fakes }) => [family, fakes])).toEqual([
      ['reenactment', 6],
      ['swap', 6],
    ]);
    expect(families[0]!.figures.auc.value).toBeGreaterThan(0.5);
  });

  it('is nothing against itself, and says so without a mark', () => {
    const comparison = compareRuns(items, good, run(good), settings);
    for (const { value, interval } of Object.values(comparison.pooled).filter((figure) => figure.value !== null)) {
      expect([value, interval]).toEqual([0, [0, 0]]);
    }
    expect(comparisonRows(comparison)[0]).toEqual(['AUC', '0.000 (0.000 – 0.000)']);
    expect(comparisonRows(compareRuns(items, good, run(poor), settings))[0]![1]).toMatch(/^\+0\.618 \(.*\) \*$/);
  });

  it('leaves out rows that one run lacks or that had another label', () => {
    const earlier = run(poor);
    earlier.items[0]!.fake = false;
    earlier.items[1]!.id = 'other.mp4';
    const { rows, onlyHere, onlyEarlier } = compareRuns(items, good, earlier, settings);
    expect([rows, onlyHere, onlyEarlier]).toEqual([22, 2, 2]);
  });

  it('counts an answer without a probability as one half', () => {
    const earlier = run(good);
    for (const each of earlier.items) each.probability = null;
    expect(compareRuns(items, good, earlier, settings).pooled.auc.value).toBeCloseTo(0.5);
  });

  it('refuses runs without a common row', () => {
    const earlier = run(poor);
    for (const each of earlier.items) each.id = `elsewhere/${each.id}`;
    expect(() => sharedAnswers(items, earlier)).toThrow(CliError);
    expect(() => compareRuns(items, good, earlier, settings)).toThrow(/share no rows/);
  });
});

describe('the earlier run', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-compare-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read from its folder or its file', async () => {
    await writeFile(join(folder, 'eval.json'), JSON.stringify({ ...run(good), anything: 'of another age' }));
    expect((await readEarlierRun(folder)).items).toHaveLength(24);
    expect(await readEarlierRun(join(folder, 'eval.json'))).toEqual(run(good));
  });

  it.each([
    ['no.json', null, /cannot be read/],
    ['words.json', 'words', /is not JSON/],
    ['verdict.json', '{"schema":"assay.verdict/1"}', /not a run of assay eval \(schema/],
  ])('is a usage error when it is none: %s', async (name, text, message) => {
    if (text !== null) await writeFile(join(folder, name), text);
    const failure = await readEarlierRun(join(folder, name)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CliError);
    expect((failure as CliError).exitCode).toBe(ExitCode.usage);
    expect((failure as CliError).message).toMatch(message);
  });
});
