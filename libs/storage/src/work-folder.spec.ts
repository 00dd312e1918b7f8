import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeLeftFolders, workFolder } from './work-folder';

/** Holds: what killed processes of this host left goes, and nothing else does. */
let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'assay-test-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

it('removes what a process left that was killed, and what has its own number', async () => {
  const own = basename(await workFolder(parent));
  const dead = spawnSync('true').pid;
  const by = (pid: number): string => own.replace(`-${process.pid}-`, `-${pid}-`);
  mkdirSync(join(parent, by(dead), 'deep'), { recursive: true });
  mkdirSync(join(parent, by(process.ppid)));
  mkdirSync(join(parent, own.replace(/work-[0-9a-f]{8}/, 'work-00000000').replace(`-${process.pid}-`, `-${dead}-`)));
  mkdirSync(join(parent, 'assay-work-mine'));
  expect(await removeLeftFolders(parent)).toBe(2);
  expect(readdirSync(parent)).toHaveLength(3);
  expect(existsSync(join(parent, by(process.ppid)))).toBe(true);
});

it('does without a folder that is not there', async () => {
  expect(await removeLeftFolders(join(parent, 'none'))).toBe(0);
});
