import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfKey, idOfHash, isApiKey, keys, newApiKey, revokeApiKey } from '@assay/pipeline';
import { createFolderStore, type ObjectStore } from '@assay/storage';
import { admitKey, ensureAdminKey } from './admin-key';
import { KeyRing } from './key-ring';

const objectKeyOf = (key: string) => keys.apiKey(hashOfKey(key));
const never = new AbortController().signal;
const believedMs = 30_000;

describe('the admin key', () => {
  let dataDir: string;
  let store: ObjectStore;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'assay-keys-'));
    store = createFolderStore({ root: join(dataDir, 'store') });
  });
  // The last use of a key is noted beside the answer.
  afterEach(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

  it('is made once, kept for its owner alone, and stored only as a hash', async () => {
    const made = await ensureAdminKey(store, dataDir);
    expect([made.created, isApiKey(made.key)]).toEqual([true, true]);
    expect((await stat(made.path)).mode & 0o777).toBe(0o600);
    expect(await readFile(made.path, 'utf8')).toBe(`${made.key}\n`);
    const record = await store.get(objectKeyOf(made.key), never);
    expect(record?.toString()).not.toContain(made.key);
    expect(await ensureAdminKey(store, dataDir)).toEqual({ ...made, created: false });
  });

  it('is replaced when it was revoked, and carried over to a store that is empty', async () => {
    const { key } = await ensureAdminKey(store, dataDir);
    const empty = createFolderStore({ root: join(dataDir, 'second') });
    expect((await ensureAdminKey(empty, dataDir)).key).toBe(key);

    await store.put('keys/another.json', '{}', {}, never);
    await store.delete(objectKeyOf(key), never);
    const next = await ensureAdminKey(store, dataDir);
    expect([next.created, next.key === key]).toEqual([true, false]);

    await revokeApiKey(idOfHash(hashOfKey(next.key)), null, store, never);
    expect((await ensureAdminKey(store, dataDir)).key).not.toBe(next.key);
  });

  it('of the first version is read as what it was', async () => {
    const key = newApiKey();
    const old = { schema: 'assay.key/1', name: 'admin', role: 'admin', createdAt: new Date().toISOString() };
    await store.put(objectKeyOf(key), JSON.stringify(old), {}, never);
    expect(await new KeyRing(store).find(key, never)).toMatchObject({
      tenant: 'default',
      roles: ['admin', 'operator'],
    });
  });

  it('may be given by the deployment, to every replica anew', async () => {
    const key = newApiKey();
    const find = () => new KeyRing(store).find(key, never);
    expect(await find()).toBeNull();
    await admitKey(store, key, never);
    const first = await find();
    expect(first).toMatchObject({ tenant: 'default', roles: ['admin', 'operator'] });
    await admitKey(store, key, never);
    expect(await find()).toEqual(first);
  });

  it('stops working soon after its record is gone, and costs one question until then', async () => {
    const { key } = await ensureAdminKey(store, dataDir);
    let now = 0;
    let questions = 0;
    const asked: ObjectStore = Object.assign(Object.create(store) as ObjectStore, {
      get: (name: string, signal: AbortSignal) => (
        (questions += name === objectKeyOf(key) ? 1 : 0),
        store.get(name, signal)
      ),
    });
    const ring = new KeyRing(asked, () => now);
    expect([await ring.find(key, never), await ring.find(key, never)]).toEqual([
      expect.objectContaining({ key: idOfHash(hashOfKey(key)) }),
      expect.objectContaining({ key: idOfHash(hashOfKey(key)) }),
    ]);
    expect(questions).toBe(1);
    await store.delete(objectKeyOf(key), never);
    now = believedMs;
    expect(await ring.find(key, never)).toBeNull();
    expect(await ring.find('assay_short', never)).toBeNull();
    expect(questions).toBe(2);
  });

  it('is not asked for anew because of a flood of invented ones', async () => {
    const { key } = await ensureAdminKey(store, dataDir);
    const get = jest.fn((name: string, signal: AbortSignal) => store.get(name, signal));
    const ring = new KeyRing(Object.assign(Object.create(store) as ObjectStore, { get }), () => 0);
    await ring.find(key, never);
    await Promise.all(Array.from({ length: 3_000 }, () => ring.find(newApiKey(), never)));
    await ring.find(key, never);
    expect(get.mock.calls.filter(([name]) => name === objectKeyOf(key))).toHaveLength(1);
  });

  it('lets in who was let in before while the store does not answer, for some minutes', async () => {
    const { key } = await ensureAdminKey(store, dataDir);
    let now = 0;
    let away = false;
    const get = (name: string, signal: AbortSignal) =>
      away ? Promise.reject(new Error('away')) : store.get(name, signal);
    const ring = new KeyRing(Object.assign(Object.create(store) as ObjectStore, { get }), () => now);
    await ring.find(key, never);
    away = true;
    for (now = believedMs; now < 5 * 60_000; now += 60_000) {
      const asked = await Promise.all([ring.find(key, never), ring.find(key, never)]);
      expect(asked).not.toContain(null);
    }
    await expect(ring.find(newApiKey(), never)).rejects.toThrow('away');
    now = believedMs + 5 * 60_000;
    await expect(ring.find(key, never)).rejects.toThrow('away');
  });
});
