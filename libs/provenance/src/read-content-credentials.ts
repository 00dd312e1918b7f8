import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CredentialsReading } from '@assay/contracts';
import { mayHoldCredentials } from './credential-marks';
import { mimeTypeOf } from './mime-types';
import { readerEntry, readerInstalled } from './reader-entry';
import { notChecked } from './reading-of-error';

export interface CredentialsOptions {
  /** PEM file of certificates to trust; null = signers are not judged. */
  trustAnchorsFile: string | null;
  /** The reader's native library; null = the one in its package. */
  library: string | null;
}

/** A signed file of 3.4 GB takes 4 s on two cores; more than this is a slow disk or a hostile file, ms. */
const timeoutMs = 60_000;
/** Kept by the kernel also when this process is gone, seconds of CPU time. */
const cpuSeconds = 60;
/** A signed file of 3.4 GB takes 610 MB, a short clip 92 MB; what wants far more was made to, KiB. */
const maxDataKib = 1_500_000;
/** A reading holds at most some hundred short texts; characters. */
const maxAnswer = 1024 ** 2;

const run = promisify(execFile);

const absent: CredentialsReading = { status: 'absent', notChecked: null, credentials: null };

/** A file that cannot be read is the reader's to explain. */
function mayHold(path: string, mimeType: string, signal: AbortSignal): Promise<boolean> {
  return mayHoldCredentials(path, mimeType, signal).catch(() => {
    signal.throwIfAborted();
    return true;
  });
}

/**
 * Reads and validates the Content Credentials (C2PA) of a file, in a process of its own with limits on time and memory and without
 * a way to fetch anything. A file without their marks is `absent` without that; where no reader is installed nothing is.
 *
 * @param container name of the container as ffprobe gives it
 * @returns a reading in every case that is about the file, the reader or this machine
 * @throws the abort reason
 */
export async function readContentCredentials(
  path: string,
  container: string,
  { trustAnchorsFile, library }: CredentialsOptions,
  signal: AbortSignal,
): Promise<CredentialsReading> {
  const mimeType = mimeTypeOf(container);
  if (mimeType === null) return notChecked('format_not_covered');
  if (readerInstalled(library) && !(await mayHold(path, mimeType, signal))) return absent;
  const limited = `ulimit -t ${cpuSeconds}; ulimit -d ${maxDataKib}; exec "$0" "$@"`;
  const anchors = trustAnchorsFile === null ? [] : [trustAnchorsFile];
  const started = [process.execPath, readerEntry(), path, mimeType, ...anchors];
  try {
    const { stdout } = await run('/bin/sh', ['-c', limited, ...started], {
      signal,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: maxAnswer,
      // Not configuration: no secret reaches a child that parses hostile files.
      env: library === null ? {} : { C2PA_LIBRARY_PATH: library },
    });
    return CredentialsReading.parse(JSON.parse(stdout));
  } catch (error) {
    signal.throwIfAborted();
    return notChecked((error as { killed?: boolean }).killed ? 'too_slow' : 'reader_failed');
  }
}
