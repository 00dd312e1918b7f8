import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '@assay/storage';
import { z } from 'zod';
import { errorCode } from '../error-code';
import { CliError } from '../exit';
import { processIdentity } from './process-identity';

const Owner = z.object({ pid: z.number().int().positive(), identity: z.string(), token: z.string() });
type Owner = z.infer<typeof Owner>;

/** Services that all find a dead owner's lock wait for the one that removes it: 100 x 20 ms is ample. */
const maxAttempts = 100;
const guardPollMs = 20;

/** Removing takes milliseconds; a guard this old was left by a process that died while it removed. */
const maxGuardMs = 1_000;

/**
 * Takes a data folder for this process: two services on one folder would run two Redis over one append-only file.
 * The lock of a process that is gone (`kill -9`, power cut) is taken over at once.
 *
 * @returns releases the folder
 * @throws CliError naming the process that has it
 */
export async function lockDataFolder(dataDir: string): Promise<() => Promise<void>> {
  await makeFolder(dataDir).catch((error: unknown) => {
    throw new CliError(`The data folder ${dataDir} cannot be made (${errorCode(error) ?? 'unknown reason'}).`);
  });
  const path = join(dataDir, 'up.lock');
  const own: Owner = { pid: process.pid, identity: (await processIdentity(process.pid)) ?? '', token: randomUUID() };
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      // A link is made whole or not at all, and fails when the name is taken.
      if (await succeeds(link(draft, path), 'EEXIST')) return () => release(path, own);
      const holder = await read(path);
      if (holder && (await processIdentity(holder.pid)) === holder.identity) {
        throw new CliError(
          `The data folder ${dataDir} is in use by process ${holder.pid}; stop it or choose another with --data.`,
        );
      }
      await removeStale(path, holder);
    }
    throw new CliError(`The data folder ${dataDir} could not be locked.`);
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(path: string): Promise<Owner | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  try {
    return text === null ? null : Owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Removes the lock of a process that is gone. Only the holder of the guard removes, after reading the lock again: what is
 * stale then stays stale, since nobody else can put another in its place. So a fresh lock is never taken away.
 */
async function removeStale(path: string, stale: Owner | null): Promise<void> {
  const guard = `${path}.guard`;
  if (!(await succeeds(mkdir(guard), 'EEXIST'))) {
    const made = await stat(guard).catch(() => null);
    if (made && Date.now() - made.mtimeMs > maxGuardMs) await succeeds(rmdir(guard), 'ENOENT');
    await sleep(guardPollMs);
    return;
  }
  try {
    if ((await read(path))?.token === stale?.token) await rm(path, { force: true });
  } finally {
    await succeeds(rmdir(guard), 'ENOENT');
  }
}

async function release(path: string, own: Owner): Promise<void> {
  if ((await read(path))?.token === own.token) await rm(path, { force: true });
}

async function succeeds(operation: Promise<unknown>, expectedFailure: string): Promise<boolean> {
  try {
    await operation;
    return true;
  } catch (error) {
    if (errorCode(error) === expectedFailure) return false;
    throw error;
  }
}
