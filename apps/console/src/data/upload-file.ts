import { type AssayClient, AssayError } from '@assay/client';
import type { Credential } from './api-key';
import { postFile } from './post-file';

/** Up to this, sending a file again costs less than the requests that it takes to resume, bytes. */
const resumableFrom = 8 * 1024 * 1024;
/** What a proxy answers that does not let the methods of tus through, or a service that does not know it. */
const notSpoken = new Set([404, 405, 412, 501]);

/**
 * Sends a file: a large one so that it goes on after a lost connection.
 *
 * @param onProgress 0..1
 * @returns the media id
 */
export async function uploadFile(
  client: AssayClient,
  credential: Credential,
  file: File,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<string> {
  if (file.size >= resumableFrom) {
    try {
      const options = { name: file.name, onProgress: (sent: number, total: number) => onProgress(sent / total) };
      return (await client.uploadResumable(file, options, signal)).media;
    } catch (error) {
      if (!(error instanceof AssayError && notSpoken.has(error.status))) throw error;
    }
  }
  const key = typeof credential === 'string' ? credential : await credential();
  // A token may have been waited for, and who cancelled meanwhile sends nothing.
  signal.throwIfAborted();
  return (await postFile(file, key, onProgress, signal)).id;
}
