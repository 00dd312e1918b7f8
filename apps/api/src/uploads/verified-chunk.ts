import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { workFolder } from '@assay/storage';
import { problems } from '../problems/problems';

/** By their names in `Upload-Checksum`; tus demands sha1. */
export const checksumAlgorithms = ['sha1', 'sha256', 'md5'];
const shape = /^([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})$/;

export interface VerifiedChunk {
  body: Readable;
  /** Removes the copy; once the body has been read, or not. */
  release(): Promise<void>;
}

/** A body with a checksum lies in the temporary folder until it is all here: a client sends it in pieces, bytes. */
const maxChunkBytes = 64 * 1024 * 1024;

interface Checksum {
  algorithm: string;
  digest: Buffer;
}

/** @returns null when there is none; @throws ProblemError 400 */
export function checksumOf(header: string | undefined): Checksum | null {
  if (header === undefined) return null;
  const [, algorithm = '', digest = ''] = shape.exec(header) ?? [];
  if (checksumAlgorithms.includes(algorithm)) return { algorithm, digest: Buffer.from(digest, 'base64') };
  const message = `must be one of ${checksumAlgorithms.join(', ')}, a space, and the digest in base64`;
  throw problems.invalid([{ path: 'Upload-Checksum', message }]);
}

/**
 * The checksum extension of tus, which `@tus/server` does not have: the body goes to a temporary file first, since what
 * has reached the store of an upload cannot be taken back. A body that breaks off is dropped whole, as tus demands.
 *
 * @param left bytes that the upload still wants
 * @throws ProblemError 460 when the bytes are others, 413 over what is left or may come at once
 */
export async function verifyChunk(
  request: IncomingMessage,
  { algorithm, digest }: Checksum,
  left: number,
  signal: AbortSignal,
): Promise<VerifiedChunk> {
  const folder = await workFolder();
  const path = join(folder, 'chunk');
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const hash = createHash(algorithm);
  const maxBytes = Math.min(left, maxChunkBytes);
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(problems.tooLarge(`With a checksum, ${maxBytes} bytes may come at once here.`));
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    // Not the request itself: a pipeline that fails destroys what it reads from, and the way of the answer with it.
    await pipeline(request.pipe(new PassThrough()), meter, createWriteStream(path), { signal });
    if (!hash.digest().equals(digest)) throw problems.checksumMismatch();
    const body = createReadStream(path);
    // One that was refused has not been read, and would stay open.
    return { body, release: () => (body.destroy(), release()) };
  } catch (error) {
    await release();
    throw error;
  }
}
