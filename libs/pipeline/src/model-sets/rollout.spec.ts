/**
 * Invariants, with a real folder store: an entry is whole or not there; of two that are written at once one wins and the other is told;
 * every process sees a change within a second; roll back brings back what was; shares are exact enough, stable and grow.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rollout } from '@assay/contracts';
import { createFolderStore, type ObjectStore } from '@assay/storage';
import { noAbort } from '../testing/test-ports';
import { changeRollout } from './change-rollout';
import type { RolloutChange } from './next-rollout';
import { createRolloutReader, readHistory } from './rollout-reader';
import { isInTrial, judgingSet } from './traffic';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
let folder: string;
let store: ObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-rollout-'));
  store = createFolderStore({ root: folder });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const change = (what: RolloutChange, by = 'ada'): Promise<Rollout> =>
  changeRollout(what, { by, note: null }, store, noAbort);
const promote = (set: string): Promise<Rollout> => change({ action: 'promote', set, reference: null });
const rollBack = (usable = [a, b, c]): Promise<Rollout> => change({ action: 'rollback', usable: new Set(usable) });
const reference = (set: string) => ({ set, from: '2026-11-01', to: '2026-11-14', histograms: { xray: [1, 2] } });

describe('changeRollout', () => {
  it('keeps who did what and when, and changes nothing that was written', async () => {
    await change({ action: 'canary', set: a, share: 0.1 });
    await change({ action: 'promote', set: a, reference: reference(a) }, 'grace');
    const history = await readHistory(store, noAbort);
    expect(history.map(({ number, action, by, live, canary }) => ({ number, action, by, live, canary }))).toEqual([
      { number: 2, action: 'promote', by: 'grace', live: a, canary: null },
      { number: 1, action: 'canary', by: 'ada', live: null, canary: { set: a, share: 0.1 } },
    ]);
    expect(history[0]).toMatchObject({ before: 1, reference: reference(a) });
  });

  it('lets one of two operators through who act at the same time, and tells the other', async () => {
    const outcomes = await Promise.allSettled([promote(a), promote(b), promote(c)]);
    const done = outcomes.filter(({ status }) => status === 'fulfilled');
    // One who reads after another has written acts on what is there: a later entry, and no clash.
    expect(done.length).toBeGreaterThanOrEqual(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'changed_meanwhile' });
    const numbers = (await readHistory(store, noAbort)).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: done.length }, (_, i) => done.length - i));
  });

  it('rolls back to what was live before, with its reference, and further', async () => {
    await change({ action: 'promote', set: a, reference: reference(a) });
    await change({ action: 'shadow', set: c, share: 1 });
    await promote(b);
    expect(await rollBack()).toMatchObject({
      live: a,
      reference: reference(a),
      shadow: { set: c },
    });
    expect(await rollBack()).toMatchObject({ live: null, reference: null, before: null });
    await expect(rollBack()).rejects.toMatchObject({ code: 'nothing_before' });
  });

  it('refuses to roll back to a set that cannot judge any more, and changes nothing', async () => {
    for (const set of [a, b, c]) await promote(set);
    expect(await rollBack([b, c])).toMatchObject({ live: b });
    await expect(rollBack([b, c])).rejects.toMatchObject({ code: 'set_removed' });
    expect((await readHistory(store, noAbort))[0]).toMatchObject({ number: 4, live: b });
    // Registered again it is as good as before.
    expect(await rollBack([a, b, c])).toMatchObject({ live: a });
  });

  it('rolls a canary back before anything else', async () => {
    await promote(a);
    await change({ action: 'canary', set: b, share: 0.5 });
    expect(await rollBack()).toMatchObject({ live: a, canary: null });
    expect(await rollBack()).toMatchObject({ live: null });
  });

  it('ends what a promotion settles: the canary, and the shadow of the same set', async () => {
    await change({ action: 'canary', set: a, share: 0.5 });
    await change({ action: 'shadow', set: b, share: 0.5 });
    expect(await promote(a)).toMatchObject({ canary: null, shadow: { set: b } });
    expect(await promote(b)).toMatchObject({ shadow: null });
  });

  it('refuses what would change nothing', async () => {
    await promote(a);
    await expect(promote(a)).rejects.toMatchObject({ code: 'no_change' });
    await expect(change({ action: 'canary', set: a, share: 1 })).rejects.toMatchObject({ code: 'no_change' });
    await expect(change({ action: 'shadow', set: null })).rejects.toMatchObject({ code: 'no_change' });
    expect(await readHistory(store, noAbort)).toHaveLength(1);
  });
});

describe('createRolloutReader', () => {
  it('sees every change after a second, however many there were', async () => {
    let now = 0;
    const reader = createRolloutReader(store, () => now);
    expect(await reader.now(noAbort)).toBeNull();
    await promote(a);
    expect(await reader.now(noAbort)).toBeNull();
    now += 1_000;
    expect(await reader.now(noAbort)).toMatchObject({ live: a });
    await promote(b);
    await promote(c);
    now += 1_000;
    expect(await reader.now(noAbort)).toMatchObject({ live: c, number: 3 });
  });
});

describe('traffic', () => {
  const scans = Array.from({ length: 5000 }, () => `sc_${randomUUID().replaceAll('-', '')}`);
  const share = (set: string, of: number) => scans.filter((scan) => isInTrial({ set, share: of }, 'canary', scan));

  it('draws the share that was asked for, always the same scans, and keeps them when it grows', () => {
    const tenth = share(a, 0.1);
    // Six standard deviations of a binomial with 5000 draws.
    expect(Math.abs(tenth.length - 500)).toBeLessThan(128);
    expect(share(a, 0.1)).toEqual(tenth);
    const third = new Set(share(a, 0.3));
    expect(tenth.every((scan) => third.has(scan))).toBe(true);
    expect(share(a, 1)).toHaveLength(scans.length);
    expect(share(b, 0.1)).not.toEqual(tenth);
  });

  it('judges by the live set, or by the canary in its share', () => {
    const under = (set: string) => `sc_${set.slice(0, 1).repeat(32)}`;
    expect(judgingSet(null, a, under)).toBe(a);
    const rollout = { live: b, canary: { set: c, share: 1 } } as Rollout;
    expect(judgingSet(rollout, a, under)).toBe(c);
    expect(judgingSet({ ...rollout, canary: null }, a, under)).toBe(b);
  });
});
