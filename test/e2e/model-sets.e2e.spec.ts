/**
 * Over API and command line, with a real Redis, a folder store, two worker processes and two model sets that give other numbers for
 * the same picture:
 *
 * 1. a canary judges its share of many scans, the rest stays with the live set, and one fleet serves both; asked again, a scan is the same;
 * 2. what a set in shadow said is kept and compared, and changes no byte of any verdict; it goes when the media is erased;
 * 3. a re-scan by query finds what was asked for and nothing else, goes through the backfill lane, and the old verdict stays.
 */
import { maxPageSize, type Rescan, Verdict } from '@assay/contracts';
import { createFolderStore } from '@assay/storage';
import { join } from 'node:path';
import { until } from '../../apps/worker/src/testing/until';
import { type ModelService, startModelService } from '../support/model-service';
import { newClip } from '../support/new-clip';
import { tracesOf } from '../support/traces';

/** Workers start, load two sets of models and decode here, on machines that may be busy. */
jest.setTimeout(600_000);

let service: ModelService;
beforeAll(async () => {
  service = await startModelService(2);
});
afterAll(() => service.close());

const allDone = (scans: string[]) =>
  until(async () => {
    const done = new Set<string>();
    for (let cursor: string | undefined; ;) {
      const page = await service.api.client.listScans({ limit: maxPageSize, ...(cursor ? { cursor } : {}) });
      for (const { id, state } of page.scans) if (state === 'done') done.add(id);
      if (!page.next) return scans.every((scan) => done.has(scan));
      cursor = page.next;
    }
  });
const verdictOf = async (scan: string): Promise<Verdict> => Verdict.parse(JSON.parse(await service.judged(scan)));

it('lets a canary judge its share, beside the live set, in one fleet', async () => {
  const { first, second, operate, submit } = service;
  const share = 0.3;
  await operate('models', 'canary', 'second', '--share', String(share));
  // Not media, so no decoding: a verdict by a set takes milliseconds, and there can be many.
  const contents = Array.from({ length: 120 }, (_, n) => `not media ${n}`);
  const scans = await Promise.all(contents.map((content) => submit(content)));
  // Until both have one of them.
  const stills: string[] = [];
  for (const missing = new Set([first, second]); missing.size > 0;) {
    const { id, modelSet } = await service.ask(newClip('still.jpg', stills.length));
    stills.push(id);
    missing.delete(modelSet);
  }

  const judgedBy = { [first]: 0, [second]: 0 };
  await allDone([...scans, ...stills]);
  for (const scan of scans) {
    const { verdict, method } = await service.api.client.getVerdict(scan);
    expect(verdict).toBe('rejected');
    judgedBy[method.modelSet]! += 1;
  }
  expect(judgedBy[first]! + judgedBy[second]!).toBe(scans.length);
  // Four standard deviations of a draw of so many.
  const bound = 4 * Math.sqrt((share * (1 - share)) / scans.length);
  expect(Math.abs(judgedBy[second]! / scans.length - share)).toBeLessThan(bound);

  const seen = new Map<string, number | null>();
  for (const scan of stills) {
    const { probability, method } = await verdictOf(scan);
    // One picture: each set always says the same of it, and never what the other says.
    expect(seen.get(method.modelSet) ?? probability).toBe(probability);
    seen.set(method.modelSet, probability);
  }
  expect([...seen.keys()].sort()).toEqual([first, second].sort());
  expect(seen.get(first)).toBeGreaterThan(seen.get(second) ?? 1);

  expect(await Promise.all(contents.map((content) => submit(content)))).toEqual(scans);
  await operate('models', 'canary', 'off');
});

it('keeps what a set in shadow says apart from every verdict', async () => {
  const { first, second, operate, submit, judged, comparison, api } = service;
  await operate('models', 'shadow', 'second', '--share', '1');
  const clips = [newClip('still.jpg', 101), newClip('real-a.mp4', 102), newClip('swapped-a.mp4', 103)];
  const scans = await Promise.all(clips.map((clip) => submit(clip)));
  const before = new Map<string, string>();
  for (const scan of scans) before.set(scan, await judged(scan));

  const { disagreements } = await until(async () => {
    const compared = await comparison();
    return compared.scans === scans.length && compared;
  });
  expect(disagreements.map(({ scan }) => scan).sort()).toEqual([...scans].sort());
  for (const { scan, live, shadow } of disagreements) {
    const verdict = Verdict.parse(JSON.parse(before.get(scan) ?? ''));
    expect(live).toEqual({ set: first, verdict: verdict.verdict, probability: verdict.probability });
    expect(shadow).toMatchObject({ set: second, verdict: 'inconclusive' });
    expect(shadow.probability).toBeLessThan(verdict.probability ?? 0);
    expect(await judged(scan)).toBe(before.get(scan));
    expect(before.get(scan)).not.toContain(second);
    expect(await api.client.getScan(scan)).toMatchObject({ modelSet: first, probability: verdict.probability });
    expect((await service.history(scan)).scans).toHaveLength(1);
  }

  const [erased = ''] = scans;
  const { media } = await api.client.getScan(erased);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ target: { kind: 'media', media } });
  const { id } = (await (await api.ask('/v1/erasures', { method: 'POST', headers, body })).json()) as { id: string };
  await until(async () => ((await (await api.ask(`/v1/erasures/${id}`)).json()) as { state: string }).state === 'done');
  const store = createFolderStore({ root: join(api.dataDir, 'store') });
  const left = await tracesOf([erased], { store, redisPath: api.redisPath });
  await store.close();
  expect(left.filter((place) => !place.startsWith('store:audit/'))).toEqual([]);
  expect((await comparison()).scans).toBe(scans.length - 1);
  await operate('models', 'shadow', 'off');
});

it('judges again what a query finds, behind all other work, and leaves the old verdicts', async () => {
  const { first, second, operate, submit, judged, history, api } = service;
  const since = new Date().toISOString();
  await operate('models', 'promote', 'second');
  const submitted = [
    await submit(newClip('swapped-a.mp4', 201)),
    await submit(newClip('still.jpg', 202)),
    await submit(newClip('real-a.mp4', 203)),
  ];
  const old = new Map<string, string>();
  for (const scan of submitted) old.set(scan, await judged(scan));
  const probability = (scan: string): number => Verdict.parse(JSON.parse(old.get(scan)!)).probability!;
  const [outside = '', ...inside] = submitted.sort((a, b) => probability(a) - probability(b));
  const least = (probability(outside) + probability(inside[0]!)) / 2;
  await operate('models', 'promote', 'first');
  // Of that time, but judged by the other set.
  const other = await submit(newClip('still.jpg', 204));
  await judged(other);

  const query = ['--set', 'second', '--between', `${least},0.9999`, '--since', since, '--json'];
  const counted = JSON.parse((await operate('rescan', ...query, '--dry-run')).stdout) as Rescan;
  expect(counted).toMatchObject({ matched: 2 });
  const { id } = JSON.parse((await operate('rescan', ...query)).stdout) as Rescan;
  const rescan = await until(async () => {
    const now = (await (await api.ask(`/v1/rescans/${id}`)).json()) as Rescan;
    return now.state === 'done' && now;
  });
  // It may come by scans that it has made itself: they were judged by the other set.
  expect(rescan).toMatchObject({ set: second, to: first, matched: 2, submitted: 2, known: 0, gone: 0 });

  for (const scan of inside) {
    const { scans } = await history(scan);
    expect(scans.map(({ modelSet, rescanOf }) => [modelSet, rescanOf])).toEqual([
      [second, undefined],
      [first, scan],
    ]);
    const again = scans[1]!;
    expect(again.priority).toBe('backfill');
    expect((await verdictOf(again.id)).method.modelSet).toBe(first);
    expect(await judged(scan)).toBe(old.get(scan));
  }
  for (const scan of [outside, other]) expect((await history(scan)).scans).toHaveLength(1);
});
