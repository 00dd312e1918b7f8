import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import type { LocalFile } from '../object-store';
import { workFolder } from '../work-folder';

/** Writes the stream to a file in a folder of its own, readable by this user only; `release` removes both. */
export async function localCopy(body: Readable, parent: string | undefined, signal: AbortSignal): Promise<LocalFile> {
  try {
    const folder = await workFolder(parent);
    const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
    const path = join(folder, 'object');
    await pipeline(body, createWriteStream(path), { signal }).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    return { path, release };
  } catch (error) {
    body.destroy();
    signal.throwIfAborted();
    throw new StoreUnavailableError('the object could not be copied to a local file', error);
  }
}
