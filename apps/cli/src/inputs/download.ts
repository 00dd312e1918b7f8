import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { accepted, type Outcome, rejected, type RejectionCode } from '@assay/contracts';
import { fetchMedia, type FetchMediaCode, FetchMediaError, type FetchMediaSettings } from '@assay/fetch-media';

/** What a person can do differently: another address, a smaller file; all else may work next time. */
const rejections: Partial<Record<FetchMediaCode, RejectionCode>> = {
  not_allowed: 'url_refused',
  too_large: 'too_many_bytes',
};

/**
 * Fetches media from a http(s) address into a new file; see `fetchMedia` for what is not followed.
 *
 * @returns the number of bytes; `url_refused`, `url_failed` or `too_many_bytes` otherwise
 * @throws only what `signal` carries, and what the disk says
 */
export async function download(
  address: string,
  toFile: string,
  settings: FetchMediaSettings,
  signal: AbortSignal,
): Promise<Outcome<number>> {
  try {
    return await fetchMedia(
      address,
      settings,
      async (body) => {
        const file = createWriteStream(toFile, { flags: 'wx', mode: 0o600 });
        await pipeline(body, file);
        return accepted(file.bytesWritten);
      },
      signal,
    );
  } catch (error) {
    if (error instanceof FetchMediaError) return rejected(rejections[error.code] ?? 'url_failed', error.message);
    throw error;
  }
}
