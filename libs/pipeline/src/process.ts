import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  accepted,
  defaultTenant,
  type MediaRecord,
  type Outcome,
  rejected,
  type ScanEvent,
  type Segment,
  type Verdict,
} from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { probeMedia } from '@assay/video';
import { inLanes } from './in-lanes';
import { keys } from './keys';
import { MediaFiles } from './media-files';
import { mediaRecordFor } from './media-record';
import type { Ports } from './ports';
import { finishScan, lookAtPart, planScan } from './run-stages';
import { registerScan } from './submit';
import { writeStored } from './stored';
import { rejectedInputVerdict } from './rejected-input';

/** While one segment's faces are scored, the next one's frames are decoded; a third would only cost memory. */
const segmentsAtOnce = 2;

/** Hashing 600 MB in pieces of the usual 64 kB takes twice as long. */
const readAtOnceBytes = 1 << 20;

export interface ScanFileOptions {
  /** As an upload would be named: its base name goes into the verdict. */
  name: string;
  ports: Ports;
  /** Id of a policy in `ports.policies`. */
  policy?: string;
  onEvent?: (event: ScanEvent) => void;
}

export interface ScannedFile {
  verdict: Verdict;
  /** Prefix in `ports.store` of the pictures and the plot that the verdict names; null when nothing was looked at. */
  evidencePrefix: string | null;
}

/**
 * The whole pipeline in this process: the same stages in the same order as the worker fleet runs them, with no queue and
 * no server. The file is read in place, never copied.
 */
export async function scanFile(path: string, options: ScanFileOptions, signal: AbortSignal): Promise<ScannedFile> {
  const done = new AbortController();
  try {
    // Hashing waits for the disk and probing for ffprobe: side by side they cost the longer of the two.
    const probing = probeMedia(path, options.ports.limits, AbortSignal.any([signal, done.signal]));
    probing.catch(() => undefined);
    const taken = await takeInPlace(path, options, signal);
    if (taken.ok) return await scanInPlace(path, taken.value, probing, options, signal);
    const verdict = await rejectedInputVerdict({ ...options, rejection: taken.rejection }, signal);
    return { verdict, evidencePrefix: null };
  } finally {
    done.abort();
  }
}

async function scanInPlace(
  path: string,
  media: MediaRecord,
  probing: ReturnType<typeof probeMedia>,
  options: ScanFileOptions,
  signal: AbortSignal,
): Promise<ScannedFile> {
  const ports = withFileInPlace(options.ports, media.id, path);
  const { scan } = await registerScan(ports, { tenant: media.tenant, media: media.id, policy: options.policy }, signal);
  const unsubscribe = options.onEvent ? await ports.index.subscribe(scan.id, options.onEvent) : null;
  try {
    const planned = await planScan(scan.id, ports, signal, probing);
    if (planned.done) return scanned(planned.verdict);
    // The verdict wants them at the end; asked before, they would hold up the probe on a machine of two cores.
    ports.tools(signal).catch(() => undefined);
    const look = ({ index }: Segment, stop: AbortSignal) => lookAtPart({ scan: scan.id, segment: index }, ports, stop);
    await inLanes(planned.plan.segments, segmentsAtOnce, look, signal);
    return scanned(await finishScan(scan.id, ports, signal));
  } finally {
    await unsubscribe?.();
    await ports.mediaFiles.close();
  }
}

function scanned(verdict: Verdict): ScannedFile {
  return { verdict, evidencePrefix: verdict.verdict === 'rejected' ? null : keys.evidence(verdict.scan, '') };
}

/** What intake does, without the copy. */
async function takeInPlace(path: string, options: ScanFileOptions, signal: AbortSignal): Promise<Outcome<MediaRecord>> {
  const { store, limits } = options.ports;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { signal, highWaterMark: readAtOnceBytes })) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) {
        return rejected(
          'too_many_bytes',
          `The file is larger than ${limits.maxBytes} bytes, the most that is accepted.`,
        );
      }
      hash.update(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    // By shape: where a test runner gives each file its own globals, Node's errors are no `instanceof Error`.
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return rejected('not_found', 'There is no such file.');
    if (code === 'EACCES' || code === 'EPERM') return rejected('not_readable', 'The file may not be read.');
    if (code === 'EISDIR') return rejected('not_readable', 'This is a folder, not a file.');
    throw error;
  }
  if (bytes === 0) return rejected('empty_file', 'The file is empty.');
  const media = mediaRecordFor(hash.digest('hex'), defaultTenant, bytes, options.name);
  await writeStored(store, keys.mediaRecord(media.id, media.tenant), media, { ifAbsent: true }, signal);
  return accepted(media);
}

/** The same ports, except that one media item lies where the user has it. */
function withFileInPlace(ports: Ports, media: string, path: string): Ports {
  const inPlace: Pick<ObjectStore, 'localFile'> = {
    localFile: async (key, signal) =>
      key === keys.media(media) ? { path, release: async () => undefined } : ports.store.localFile(key, signal),
  };
  return { ...ports, mediaFiles: new MediaFiles(inPlace) };
}
