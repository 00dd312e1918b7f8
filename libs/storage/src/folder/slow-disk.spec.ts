/**
 * What a folder holds while its disk makes everybody wait:
 *
 * 1. A file that another removes at once, with its folder, was written.
 * 2. Many may write and remove the only file of a folder.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../object-store';
import { createFolderStore } from './folder-store';
import * as sync from './sync-folder';

jest.mock('./sync-folder', () => ({ ...jest.requireActual('./sync-folder'), syncNames: jest.fn() }));
const { syncNames } = jest.requireActual<typeof sync>('./sync-folder');
const disk = jest.mocked(sync.syncNames);

const never = new AbortController().signal;
let root: string;
let store: ObjectStore;

beforeEach(async () => {
  disk.mockImplementation(syncNames);
  root = await mkdtemp(join(tmpdir(), 'assay-folder-'));
  store = createFolderStore({ root });
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('has written what another removes, with its folder, before the disk has it', async () => {
  disk.mockImplementation(async (made) => {
    if (made.includes(join(root, 'media/brief'))) await store.delete('media/brief', never);
    await syncNames(made);
  });
  await expect(store.put('media/brief', 'x', {}, never)).resolves.toBe('written');
  expect(await readdir(root)).toEqual(['.tmp']);
});

it('lets many write and remove the only file of a folder', async () => {
  disk.mockImplementation(async (made) => {
    await sleep(5);
    await syncNames(made);
  });
  const busy = Array.from({ length: 4 }, async () => {
    for (let round = 0; round < 25; round += 1) {
      await store.put('media/shared', 'x', {}, never);
      await store.delete('media/shared', never);
    }
  });
  await Promise.all(busy);
  expect(await readdir(root)).toEqual(['.tmp']);
});
