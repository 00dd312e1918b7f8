import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../error-code';
import { CliError } from '../exit';
import { processIdentity } from './process-identity';

const Owner = z.object({ pid: z.number().int().positive(), identity: z.string(), token: z.string() });
type Owner = z.infer<typeof Owner>;

/** Two services that both find a dead owner's lock need a second try, never many. */
const maxAttempts = 5;

/**
 * Takes a data folder for this process: two services on one folder would run two Redis over one append-only file.
 * The lock of a process that is gone (`kill -9`, power cut) is taken over at once.
 *
 * @returns releases the folder
 * @throws CliError naming the process that has it
 */
export async function lockDataFolder(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true }).catch((error: unknown) => {
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

/** Moves the stale lock aside. If another process took the folder meanwhile, its lock goes back where it was. */
async function removeStale(path: string, stale: Owner | null): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  if (!(await succeeds(rename(path, aside), 'ENOENT'))) return;
  const moved = await read(aside);
  if (moved && moved.token !== stale?.token) await succeeds(link(aside, path), 'EEXIST');
  await rm(aside, { force: true });
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
