import {
  type FrameBudget,
  isOpenScan,
  defaultLane,
  defaultPolicy,
  type Lane,
  MediaRecord,
  Policy,
  withFrameBudget,
  type ScanId,
  ScanRecord,
  type TenantId,
} from '@assay/contracts';
import { ModelSetError, ScanGoneError, SubmitError } from './errors';
import { addPlanJob, isLive } from './flows';
import { keys } from './keys';
import { raisePriority } from './lanes/raise-priority';
import { resolveModelSet } from './model-sets/registry';
import { judgingSet } from './model-sets/traffic';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { restartScan } from './restart-scan';
import { scanIdFor } from './scan-id';
import { assertMediaExists } from './scan-state';
import { readStored, writeStored } from './stored';

/** Which media of which tenant, and by which policy. */
export interface ScanRequest {
  tenant: TenantId;
  media: string;
  policy?: string;
  /** How urgent; standard when left out. */
  priority?: Lane;
  /** How many frames; as many as the policy gives when left out. */
  frameBudget?: FrameBudget;
  /** Name or digest of the set that judges; the live one when left out. */
  modelSet?: string;
}

type SubmitPorts = Pick<Ports, 'store' | 'index' | 'models' | 'rollout' | 'policies' | 'log'>;

export interface Submitted {
  scan: ScanRecord;
  /** False: this scan was asked for before, and runs or is done. */
  created: boolean;
}

/** Asked before a scan is made or started anew; what it throws keeps the scan from that. */
export type Admit = (wanted: { media: MediaRecord; scan: ScanId }) => Promise<void>;

const admitAll: Admit = async () => undefined;

/**
 * Asks for a scan. Asking again gives the same scan; asking again for one that failed or was cancelled starts it
 * anew. Asking with a more urgent priority moves up one that waits or starts anew.
 *
 * The record is written before the job is added. A crash in between leaves an open marker, by which the sweeper finds
 * the scan and adds the job.
 *
 * @param admit is not asked where the scan is under way or has its verdict
 * @throws SubmitError `unknown_media` | `file_removed` | `unknown_policy` | `unknown_model_set`
 * @throws ScanStoppingError when a worker still holds a job of the cancelled run; what `admit` throws
 */
export async function submitScan(
  ports: SubmitPorts,
  queues: ScanQueues,
  request: ScanRequest,
  signal: AbortSignal,
  admit = admitAll,
): Promise<Submitted> {
  const { scan, created } = await registerScan(ports, request, signal, async (wanted) => {
    await assertFileThere(wanted.media, ports, signal);
    await admit(wanted);
  });
  if (isWithoutVerdict(scan)) {
    const anew = await restartScan(scan, ports, queues, signal, request.priority);
    // Another caller may have been first, and less urgent.
    return { scan: await raiseOpen(anew, request.priority, ports, queues), created: true };
  }
  if (scan.state === 'queued' || (scan.state === 'running' && !(await isLive(queues, 'judge', scan)))) {
    await addPlanJob(queues, scan);
  }
  return { scan: created ? scan : await raiseOpen(scan, request.priority, ports, queues), created };
}

/** Moves a scan up that has not ended, where a priority was asked for. */
async function raiseOpen(
  scan: ScanRecord,
  wanted: Lane | undefined,
  ports: SubmitPorts,
  queues: ScanQueues,
): Promise<ScanRecord> {
  return isOpenScan(scan) && wanted !== undefined ? raisePriority(scan, wanted, ports, queues) : scan;
}

/** Writes the scan down, without starting it. Whether the file is there is for `admit` to say: it may lie outside the store. */
export async function registerScan(
  ports: SubmitPorts,
  request: ScanRequest,
  signal: AbortSignal,
  admit = admitAll,
): Promise<Submitted> {
  const policy = withFrameBudget(policyNamed(request.policy ?? defaultPolicy.id, ports), request.frameBudget);
  const media = await readStored(ports.store, keys.mediaRecord(request.media, request.tenant), MediaRecord, signal);
  if (!media) throw unknownMedia();
  const idUnder = (set: string) => scanIdFor(media.id, policy, set, media.tenant);
  const modelSet =
    request.modelSet === undefined
      ? judgingSet(await ports.rollout.now(signal), ports.models.digest, idUnder)
      : await setNamed(request.modelSet, ports, signal);
  const priority = request.priority ?? defaultLane;
  return recordScan({ media, policy, modelSet, priority }, ports, signal, admit);
}

interface NewScan {
  media: MediaRecord;
  policy: Policy;
  modelSet: string;
  priority: Lane;
  /** The scan that it judges again. */
  rescanOf?: ScanId;
}

/**
 * Writes a scan down, unless it was asked for before.
 *
 * @throws SubmitError `unknown_media` when the media is deleted meanwhile; what `admit` throws, and nothing was written
 */
export async function recordScan(
  scan: NewScan,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
  admit = admitAll,
): Promise<Submitted> {
  const { store, index } = ports;
  const { media } = scan;
  const id = scanIdFor(media.id, scan.policy, scan.modelSet, media.tenant);
  const stored = await readStored(store, keys.record(id), ScanRecord, signal);
  if (stored) {
    // An index that was lost, or lost an end: the store is the truth.
    if (!(await index.get(id)) || !isOpenScan(stored)) await index.restore(stored);
    const known = (await index.get(id)) ?? stored;
    if (isWithoutVerdict(known)) await admit({ media, scan: id });
    return { scan: known, created: false };
  }
  await admit({ media, scan: id });
  const record = newRecord(id, scan);
  await writeStored(store, keys.mediaScan(media.id, media.tenant, id), {}, { ifAbsent: false }, signal);
  await writeStored(store, keys.openScan(id), {}, { ifAbsent: false }, signal);
  await writeStored(store, keys.policy(id), scan.policy, { ifAbsent: true }, signal);
  const written = await writeStored(store, keys.record(id), record, { ifAbsent: true }, signal);
  await index.create(record);
  // Deleted while it was asked for: then nothing of it stays.
  await assertMediaExists(record, ports, signal).catch((error: unknown) => {
    throw error instanceof ScanGoneError ? unknownMedia() : error;
  });
  return { scan: (await index.get(id)) ?? record, created: written === 'written' };
}

/** Ended, and starts anew when it is asked for. */
const isWithoutVerdict = ({ state }: ScanRecord): boolean => state === 'failed' || state === 'cancelled';

/** Retention takes the bytes and leaves the record. @throws SubmitError `file_removed` */
async function assertFileThere({ id }: MediaRecord, { store }: SubmitPorts, signal: AbortSignal): Promise<void> {
  if (await store.stat(keys.media(id), signal)) return;
  throw new SubmitError('file_removed', 'The file of this media was removed by retention; it may be uploaded again.');
}

function policyNamed(id: string, { policies }: SubmitPorts): Policy {
  const policy = policies.get(id);
  if (policy) return policy;
  throw new SubmitError('unknown_policy', `There is no policy "${id}". Known: ${[...policies.keys()].join(', ')}.`);
}

async function setNamed(ref: string, { store, models }: SubmitPorts, signal: AbortSignal): Promise<string> {
  try {
    return await resolveModelSet(ref, models.digest, store, signal);
  } catch (error) {
    throw error instanceof ModelSetError ? new SubmitError('unknown_model_set', error.message) : error;
  }
}

const unknownMedia = (): SubmitError => new SubmitError('unknown_media', 'There is no media with this id.');

function newRecord(id: ScanId, { media, policy, modelSet, priority, rescanOf }: NewScan): ScanRecord {
  const now = new Date().toISOString();
  return {
    schema: 'assay.scan/1',
    id,
    tenant: media.tenant,
    media: media.id,
    name: media.name,
    policy: policy.id,
    modelSet,
    ...(policy.frames.budget === undefined ? {} : { frameBudget: policy.frames.budget }),
    priority,
    state: 'queued',
    stage: 'intake',
    percent: 0,
    segments: null,
    segmentsDone: 0,
    verdict: null,
    probability: null,
    rejection: null,
    failure: null,
    ...(rescanOf ? { rescanOf } : {}),
    createdAt: now,
    updatedAt: now,
  };
}
