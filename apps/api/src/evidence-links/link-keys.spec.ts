/**
 * Over a real folder store, with a clock of its own. What holds:
 * - replicas that make the first secret at the same time open each other's links, agree on one to sign with, and it survives them;
 * - after 30 days another signs; what the one before has signed opens until the longest link is over, and then nothing;
 * - secrets that were removed open nothing after half a minute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, type ObjectStore } from '@assay/storage';
import { LinkKeys } from './link-keys';

const never = new AbortController().signal;
const day = 24 * 3600_000;
let root: string;
let store: ObjectStore;
let now: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-link-keys-'));
  store = createFolderStore({ root });
  now = Date.parse('2026-01-02T03:04:05Z');
});
afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true });
});

const replica = () => new LinkKeys(store, () => now);
const opens = (keys: LinkKeys, key: Buffer) => keys.some((other) => other.equals(key), never);
async function stored(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('keys-links/', never)) found.push(key);
  return found;
}

it('agrees on one secret, whoever makes it and whoever comes later', async () => {
  const replicas = Array.from({ length: 8 }, replica);
  const signed = await Promise.all(replicas.map((keys) => keys.signing(never)));
  now += 30_000;
  for (const keys of replicas) for (const key of signed) expect(await opens(keys, key)).toBe(true);
  const agreed = await replica().signing(never);
  for (const keys of replicas) expect((await keys.signing(never)).equals(agreed)).toBe(true);
  expect(agreed).toHaveLength(32);
  for (const name of await stored()) {
    expect((await store.get(name, never))?.includes(agreed.toString('base64'))).toBe(false);
  }
});

it('makes one for many requests at once', async () => {
  const keys = replica();
  await Promise.all(Array.from({ length: 20 }, () => keys.signing(never)));
  expect(await stored()).toHaveLength(1);
});

it('knows a secret that another replica has just made', async () => {
  const [one, other] = [replica(), replica()];
  expect(await opens(other, Buffer.alloc(32))).toBe(false);
  now += 2_000;
  expect(await opens(other, await one.signing(never))).toBe(true);
});

it('asks the store once a second for links that fit nothing', async () => {
  const keys = replica();
  await keys.signing(never);
  let asked = 0;
  const list = store.list.bind(store);
  store.list = (...given) => ((asked += 1), list(...given));
  for (let second = 0; second < 3; second += 1) {
    now += 1_000;
    for (let round = 0; round < 20; round += 1) expect(await opens(keys, Buffer.alloc(32))).toBe(false);
  }
  expect(asked).toBe(3);
});

it('replaces a secret after 30 days; its links open until they are over', async () => {
  const [one, other] = [replica(), replica()];
  const first = await one.signing(never);
  now += 30 * day - 1;
  expect((await one.signing(never)).equals(first)).toBe(true);
  now += 1;
  const second = await one.signing(never);
  expect(second.equals(first)).toBe(false);
  expect([await opens(other, second), await opens(other, first)]).toEqual([true, true]);
  now += 900_000;
  expect([await opens(other, second), await opens(one, first)]).toEqual([true, true]);
  now += 60_000;
  expect([await opens(other, second), await opens(one, first)]).toEqual([true, false]);
  now += 30 * day;
  await other.signing(never);
  // The first is gone: nothing that it signed could open.
  expect(await stored()).toHaveLength(2);
});

it('opens nothing by secrets that were removed, half a minute later', async () => {
  const [one, other] = [replica(), replica()];
  const key = await one.signing(never);
  expect(await opens(other, key)).toBe(true);
  for (const name of await stored()) await store.delete(name, never);
  now += 30_000;
  expect(await opens(other, key)).toBe(false);
  const next = await one.signing(never);
  expect(next.equals(key)).toBe(false);
  now += 2_000;
  expect([await opens(other, next), await opens(other, key)]).toEqual([true, false]);
});
