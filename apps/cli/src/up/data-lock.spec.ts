import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataFolder } from './data-lock';
import { processIdentity } from './process-identity';

describe('lockDataFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('refuses a second service while the first lives, and lets it in afterwards', async () => {
    const release = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    await release();
    const again = await lockDataFolder(folder);
    await again();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, identity: 'start 1', token: 'a' }],
    ['another process with the same number', { pid: process.pid, identity: 'start 1', token: 'b' }],
  ])('takes over from %s', async (_what, owner) => {
    await writeFile(join(folder, 'up.lock'), JSON.stringify(owner));
    await (
      await lockDataFolder(folder)
    )();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes over a lock that was cut short', async () => {
    await writeFile(join(folder, 'up.lock'), '{"pid":');
    await (
      await lockDataFolder(folder)
    )();
  });

  it('lets exactly one of many in', async () => {
    await writeFile(join(folder, 'up.lock'), JSON.stringify({ pid: 2 ** 22 + 1, identity: 'start 1', token: 'a' }));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(folder)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('tells processes apart', async () => {
    expect(await processIdentity(process.pid)).not.toBeNull();
    // Not the parent: a shell and what it starts can begin within one clock tick.
    expect(await processIdentity(process.pid)).not.toBe(await processIdentity(1));
    expect(await processIdentity(2 ** 22 + 1)).toBeNull();
  });
});
