import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { StorageKeyError } from '../errors/storage-key-error';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { objectStoreConformance } from '../object-store.conformance';
import type { ObjectStore } from '../object-store';
import { createFolderStore } from './folder-store';

const never = new AbortController().signal;
const yesterdayAndMoreMs = 25 * 3600 * 1000;

let root: string;
let store: ObjectStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'assay-folder-'));
  store = createFolderStore({ root });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('a folder as object store', () => {
  objectStoreConformance(() => ({
    open: async () => createFolderStore({ root }),
    decidesIfAbsent: true,
    manyKeys: 1500,
  }));
});

/**
 * Beyond the suite, a folder holds:
 *
 * 1. Keys are plain files at `root/key`, and that file is what `localFile` gives.
 * 2. Deleting and moving leave no empty folders, and the root itself stays.
 * 3. A key that would be another key's folder is a typed error.
 * 4. Temporary files are never listed; a crash's leftovers go after a day, those of a live writer stay.
 * 5. Two stores over one folder (API and worker) see one truth.
 * 6. A folder that cannot be written is a `StoreUnavailableError`.
 */
describe('a folder', () => {
  const names = async (folder = root): Promise<string[]> => (await readdir(folder)).sort();

  it('keeps objects as plain files and gives them as local files', async () => {
    await store.put('media/abc', 'bytes', {}, never);
    expect(await names(join(root, 'media'))).toEqual(['abc']);
    expect((await store.localFile('media/abc', never))?.path).toBe(join(root, 'media/abc'));
  });

  it('leaves no half-written file behind when a body fails or nobody wants it', async () => {
    const failing = Readable.from(
      (function* () {
        yield 'half';
        throw new Error('cut off');
      })(),
    );
    await expect(store.put('a', failing, {}, never)).rejects.toThrow('cut off');
    await store.put('b', 'first', {}, never);
    await store.put('b', Readable.from(['second']), { ifAbsent: true }, never);
    expect(await names(join(root, '.tmp'))).toEqual([]);
    expect(await names()).toEqual(['.tmp', 'b']);
  });

  it('leaves no empty folders behind', async () => {
    await store.put('scans/one/evidence/a.jpg', 'x', {}, never);
    await store.put('scans/one/evidence/b.jpg', 'x', {}, never);
    await store.put('scans/two/probe.json', 'x', {}, never);
    await store.delete('scans/one/evidence/a.jpg', never);
    expect(await names(join(root, 'scans'))).toEqual(['one', 'two']);
    await store.move('scans/one/evidence/b.jpg', 'elsewhere', never);
    expect(await names(join(root, 'scans'))).toEqual(['two']);
    await store.deletePrefix('scans/', never);
    expect(await names()).toEqual(['.tmp', 'elsewhere']);
    await store.delete('elsewhere', never);
    expect(await names()).toEqual(['.tmp']);
    expect(await names(join(root, '.tmp'))).toEqual([]);
  });

  it.each([{ ifAbsent: true }, { ifAbsent: false }])('refuses a key that is another key’s folder: %j', async (how) => {
    await store.put('a/b', 'x', {}, never);
    await expect(store.put('a', 'x', how, never)).rejects.toThrow(StorageKeyError);
    await expect(store.put('a/b/c', 'x', how, never)).rejects.toThrow(StorageKeyError);
    expect((await store.get('a/b', never))?.toString()).toBe('x');
    expect(await names(join(root, '.tmp'))).toEqual([]);
  });

  it('sweeps the leftovers of a crash after a day, and not what is being written', async () => {
    await store.check(never);
    for (const name of ['crashed', 'live']) await writeFile(join(root, '.tmp', name), 'half');
    const old = new Date(Date.now() - yesterdayAndMoreMs);
    await utimes(join(root, '.tmp', 'crashed'), old, old);
    await store.check(never);
    expect(await names(join(root, '.tmp'))).toEqual(['live']);
    for await (const { key } of store.list('', never)) throw new Error(`listed ${key}`);
  });

  it('is shared by several processes', async () => {
    const other = createFolderStore({ root });
    const put = (each: ObjectStore): Promise<string> =>
      each.put('media/raced', Readable.from(['same']), { ifAbsent: true }, never);
    const ends = await Promise.all([store, other, store, other].map(put));
    expect(ends.filter((end) => end === 'written')).toHaveLength(1);
    expect((await other.get('media/raced', never))?.toString()).toBe('same');
  });

  it('says so when it cannot be written', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(createFolderStore({ root: file }).check(never)).rejects.toThrow();
    if (process.getuid?.() === 0) return; // root may write anywhere
    const locked = join(root, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    await expect(createFolderStore({ root: locked }).check(never)).rejects.toThrow(StoreUnavailableError);
  });
});
