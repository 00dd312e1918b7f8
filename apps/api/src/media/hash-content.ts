import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { accepted, type Outcome, rejected } from '@assay/contracts';

/**
 * The id that the bytes would have as media, without keeping any of them. The stream is read and never destroyed: a
 * request that is destroyed takes the way of its answer with it.
 */
export function hashContent(body: Readable, maxBytes: number, signal: AbortSignal): Promise<Outcome<string>> {
  const hash = createHash('sha256');
  let bytes = 0;
  let stop = (): void => undefined;
  const hashed = new Promise<Outcome<string>>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void hash.update(chunk);
      body.off('data', take).pause();
      resolve(rejected('too_many_bytes', `The file is larger than ${maxBytes} bytes.`));
    };
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    body
      .on('data', take)
      .once('end', () => resolve(accepted(hash.digest('hex'))))
      .on('error', reject)
      .once('close', () => reject(new Error('The upload ended before its last byte.')));
    // While nobody listened.
    if (body.destroyed) reject(new Error('The upload ended before its first byte.'));
  });
  // A listener that stays keeps the signal, and with it the whole request, for as long as the service runs.
  return hashed.finally(() => signal.removeEventListener('abort', stop));
}
