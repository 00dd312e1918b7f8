import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Fingerprint, fingerprintMedia } from '@assay/pipeline';
import { CliError, ExitCode } from '../exit';

/**
 * Fingerprint of a file of the command line.
 *
 * @throws CliError (rejected) when it can't be looked at; the abort reason
 */
export async function fingerprintFile(path: string, secondsPerHash: number, signal: AbortSignal): Promise<Fingerprint> {
  const outcome = await fingerprintMedia(path, { secondsPerHash }, signal);
  if (!outcome.ok) throw new CliError(`${path}: ${outcome.rejection.message}`, ExitCode.rejected);
  if (outcome.value.error) console.error(`assay: ${path}: ${outcome.value.error}`);
  return outcome.value;
}

/** MD5 of a file's bytes, 32 hex digits: no proof of anything, but what exchanges of known videos speak. */
export async function md5OfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}
