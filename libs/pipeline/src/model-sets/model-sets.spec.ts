/**
 * Invariants, with a real store and real small models: a registered set can be run by a process that was not installed with it, and is the
 * set that was asked for or none; sets share files; loaded sets stay within their bound, and nobody waits for ever.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModels, type ModelSet } from '@assay/forensics';
import { createFolderStore, type ObjectStore } from '@assay/storage';
import { makeSecondSet } from '../../../../test/support/second-set';
import { ModelSetMissingError } from '../errors';
import { keys } from '../keys';
import { noAbort } from '../testing/test-ports';
import { memoryOf } from './bounded-pools';
import { listModelSets, retireModelSet } from './list-model-sets';
import { ModelSets } from './model-sets';
import { promoteModelSet, rollBack, setTrial } from './operate';
import { addModelSet, findModelSet } from './registry';

const tiny = join(__dirname, '../../../forensics/testdata/tiny-models');
const by = { name: null, by: 'ada' };
let folder: string;
let store: ObjectStore;
let installed: ModelSet;
let second: ModelSet;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-sets-'));
  store = createFolderStore({ root: join(folder, 'store') });
  installed = await loadModels(tiny);
  second = await loadModels(await makeSecondSet(tiny, join(folder, 'second'), 3));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const openSets = (maxMemory = 1e9): ModelSets =>
  new ModelSets(installed, store, { threads: 1, provider: 'cpu', maxMemory, cacheDir: join(folder, 'cache') });
const register = (models: ModelSet, name: string | null = null) =>
  addModelSet(models.dir, { ...by, name }, store, noAbort);

async function keysOf(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix, noAbort)) found.push(key);
  return found;
}

describe('registered sets', () => {
  it('are found by name and by digits, once however often they are added', async () => {
    const added = await register(second, 'winter');
    expect(added).toMatchObject({ digest: second.digest, name: 'winter', addedBy: 'ada' });
    expect(await register(second)).toEqual(added);
    expect(await findModelSet('winter', store, noAbort)).toEqual(added);
    expect(await findModelSet(second.digest.slice(0, 8), store, noAbort)).toEqual(added);
    await expect(findModelSet(second.digest.slice(0, 7), store, noAbort)).rejects.toMatchObject({
      code: 'unknown_set',
    });
    await expect(register(installed, 'winter')).rejects.toMatchObject({ code: 'name_taken' });
    await expect(register(installed, 'Winter 2026')).rejects.toMatchObject({ code: 'bad_name' });
  });

  it('are listed with what they do, beside the installed one', async () => {
    await register(second);
    await setTrial('shadow', { set: second.digest, share: 0.5 }, { by: 'ada' }, { store }, noAbort);
    expect(await listModelSets(store, installed, noAbort)).toMatchObject([
      { digest: installed.digest, registered: false, installed: true, roles: ['live'] },
      { digest: second.digest, registered: true, installed: false, roles: ['shadow'] },
    ]);
  });

  it('go only when nothing needs them, and leave the files of others', async () => {
    await register(installed);
    await register(second);
    // Both sets are made of the same two files.
    expect(await keysOf('model-files/')).toHaveLength(2);
    await setTrial('canary', { set: second.digest, share: 0.5 }, { by: 'ada' }, { store }, noAbort);
    await expect(retireModelSet(second.digest, store, noAbort)).rejects.toMatchObject({ code: 'set_in_use' });
    await setTrial('canary', { set: null }, { by: 'ada' }, { store }, noAbort);
    await retireModelSet(second.digest, store, noAbort);
    expect(await keysOf('model-files/')).toHaveLength(2);
    await retireModelSet(installed.digest, store, noAbort);
    expect(await keysOf('model')).toEqual([]);
  });

  /** Found by reading: what lay two steps back could go, and rolling back twice made it live. */
  it('stay while any number of rollbacks brings them back', async () => {
    const third = await loadModels(await makeSecondSet(tiny, join(folder, 'third'), 5));
    const ada = { by: 'ada' };
    for (const set of [installed, second, third]) {
      await register(set);
      await promoteModelSet(set.digest, ada, { store }, noAbort);
    }
    for (const { digest } of [installed, second, third])
      await expect(retireModelSet(digest, store, noAbort)).rejects.toMatchObject({ code: 'set_in_use' });
    await rollBack(null, ada, { store }, noAbort);
    // Nothing leads to it any more.
    await retireModelSet(third.digest, store, noAbort);
    await expect(retireModelSet(installed.digest, store, noAbort)).rejects.toMatchObject({ code: 'set_in_use' });
  });

  it('are not brought back by a rollback when they are gone, but for the installed one', async () => {
    const ada = { by: 'ada' };
    for (const set of [installed, second]) {
      await register(set);
      await promoteModelSet(set.digest, ada, { store }, noAbort);
    }
    // As an earlier version let it go.
    await store.delete(keys.modelSet(installed.digest), noAbort);
    await expect(rollBack(null, ada, { store }, noAbort)).rejects.toMatchObject({ code: 'set_removed' });
    expect(await rollBack(installed.digest, ada, { store }, noAbort)).toMatchObject({ live: installed.digest });
  });
});

describe('ModelSets', () => {
  it('runs a set that it was not installed with, fetched once for all processes of the machine', async () => {
    await register(second);
    const [a, b] = [openSets(), openSets()];
    const fetched = await Promise.all([a.models(second.digest, noAbort), b.models(second.digest, noAbort)]);
    expect(fetched.map(({ digest }) => digest)).toEqual([second.digest, second.digest]);
    expect(await readdir(join(folder, 'cache'))).toEqual([second.digest]);
    const [frameDetector] = fetched[0].entries.filter(({ task }) => task === 'forgery-frame');
    expect(frameDetector?.calibration?.b).toBe(3);
    await a.usePool(fetched[0], async (pool) => expect(pool.models.digest).toBe(second.digest), noAbort);
    await Promise.all([a.close(), b.close()]);
  });

  it('has the set that was asked for or none, and has it once it is registered', async () => {
    const sets = openSets();
    const asked = (): Promise<ModelSet> => sets.models(second.digest, noAbort);
    await expect(asked()).rejects.toBeInstanceOf(ModelSetMissingError);
    await register(second);
    // A manifest of another set under this digest: by mistake, or by somebody who would like his numbers to count.
    const manifest = await store.get(keys.modelSetManifest(second.digest), noAbort);
    await store.put(
      keys.modelSetManifest(second.digest),
      JSON.stringify({ schema: 'assay.models/1', models: installed.entries }),
      {},
      noAbort,
    );
    await expect(asked()).rejects.toBeInstanceOf(ModelSetMissingError);
    await store.put(keys.modelSetManifest(second.digest), manifest!, {}, noAbort);
    expect((await asked()).digest).toBe(second.digest);
    await sets.close();
  });

  it('writes no file outside its folder, whatever the manifest says', async () => {
    await register(second);
    const [first, ...others] = second.entries;
    const models = [{ ...first, file: '../../escaped.onnx' }, ...others];
    await store.put(
      keys.modelSetManifest(second.digest),
      JSON.stringify({ schema: 'assay.models/1', models }),
      {},
      noAbort,
    );
    const sets = openSets();
    await expect(sets.models(second.digest, noAbort)).rejects.toBeInstanceOf(ModelSetMissingError);
    expect(await readdir(folder)).not.toContain('escaped.onnx');
    await sets.close();
  });

  it('repairs what was damaged on this machine', async () => {
    await register(second);
    const first = openSets();
    await first.models(second.digest, noAbort);
    await first.close();
    await writeFile(join(folder, 'cache', second.digest, second.entries[0]!.file), 'damaged');
    const again = openSets();
    expect((await again.models(second.digest, noAbort)).digest).toBe(second.digest);
    await again.close();
  });

  it('unloads the set that was not used for longest where there is room for one only', async () => {
    const sets = openSets(1.5 * memoryOf(installed, 1));
    await sets.warm(installed, noAbort);
    expect(sets.loaded).toEqual([installed.digest]);
    await sets.warm(second, noAbort);
    expect(sets.loaded).toEqual([second.digest]);
    await sets.close();
    const roomy = openSets(2.5 * memoryOf(installed, 1));
    await roomy.warm(installed, noAbort);
    await roomy.warm(second, noAbort);
    expect(roomy.loaded).toEqual([installed.digest, second.digest]);
    await roomy.close();
  });

  it('never unloads a set in use: who finds no room waits, is served in turn, and may give up', async () => {
    const sets = openSets(1.5 * memoryOf(installed, 1));
    let finish = (): void => undefined;
    const working = new Promise<void>((resolve) => (finish = resolve));
    const order: string[] = [];
    const first = sets.usePool(installed, () => working, noAbort);
    const impatient = new AbortController();
    const givenUp = sets.usePool(second, async () => order.push('given up'), impatient.signal);
    const next = sets.usePool(second, async () => void order.push('second'), noAbort);
    // Comes later, so that it must not slip in before the second set, or that one would wait for ever in a steady load.
    const last = sets.usePool(installed, async () => void order.push('installed'), noAbort);
    impatient.abort(new Error('no time'));
    await expect(givenUp).rejects.toThrow('no time');
    expect(sets.loaded).toEqual([installed.digest]);
    finish();
    await Promise.all([first, next, last]);
    expect(order).toEqual(['second', 'installed']);
    await sets.close();
  });
  it('loads nothing once it is closed, also for who asked just before', async () => {
    const sets = openSets();
    const asked = sets.warm(installed, noAbort);
    await sets.close();
    // The threads of a set that was loaded now would keep this process for ever.
    await expect(asked).rejects.toThrow('closed');
    await expect(sets.warm(installed, noAbort)).rejects.toThrow('closed');
    expect(sets.loaded).toEqual([]);
  });

  it('tells who waits for room when it is closed', async () => {
    const sets = openSets(1.5 * memoryOf(installed, 1));
    let finish = (): void => undefined;
    const working = new Promise<void>((resolve) => (finish = resolve));
    const first = sets.usePool(installed, () => working, noAbort);
    const waiting = sets.warm(second, noAbort);
    await new Promise((resolve) => setImmediate(resolve));
    const closed = sets.close();
    await expect(waiting).rejects.toThrow('closed');
    finish();
    await Promise.all([first, closed]);
  });
});
