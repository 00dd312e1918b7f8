import { MediaRecord, Policy, type Rescan, type RescanId, type ScanRecord } from '@assay/contracts';
import { LaterError, StoredDocumentError, SubmitError } from '../errors';
import { addPlanJob } from '../flows';
import { keys } from '../keys';
import { waitingBefore } from '../lanes/lane-pace';
import { laneQueues } from '../lanes/lane-settings';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { scanReferences } from '../scan-references';
import { readStored, writeStored } from '../stored';
import { recordScan } from '../submit';
import { matchesRescan } from './match-scan';
import { readRecord } from './read-record';
import { endRescan, getRescan } from './rescans';

/** Jobs of the backfill lane that wait beyond which no more are added: enough to keep it going, and never the whole archive. */
export const mostWaiting = 16;
/** How soon it is looked again whether the queue has room, ms. */
const pauseMs = 2_000;
/** Scans between two writes of the progress: what is done again after a crash, with no effect. */
const saveEvery = 200;

type RunPorts = Pick<Ports, 'store' | 'index' | 'log'>;

/**
 * Goes on with a re-scan from where it is, until it has ended or the queue is full.
 *
 * @throws LaterError when the queue is full: it goes on after a pause
 */
export async function runRescan(
  id: RescanId,
  ports: RunPorts,
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<Rescan | null> {
  const { store } = ports;
  const started = await getRescan(id, store, signal);
  if (started?.state !== 'running') return started;
  let rescan = started;
  const save = async (): Promise<boolean> => {
    rescan = { ...rescan, updatedAt: new Date().toISOString() };
    await writeStored(store, keys.rescan(id), rescan, { ifAbsent: false }, signal);
    return (await store.stat(keys.openRescan(id), signal)) !== null;
  };
  const cancelled = (): Promise<Rescan> => endRescan(rescan, 'cancelled', null, store, signal);
  for await (const { key, scan } of scanReferences(ports, signal, started.cursor ?? '')) {
    const record = await readRecord(scan, ports, signal);
    const fits = record !== null && matchesRescan(record, rescan);
    if (fits && !rescan.dryRun) {
      const held = await queues.starts.held({ tenant: record.tenant, lane: 'backfill' });
      if (held + (await waitingJobs(queues)) >= mostWaiting) {
        if (!(await save())) return cancelled();
        throw new LaterError(pauseMs);
      }
      const outcome = await submitAgain(record, rescan.to, ports, queues, signal);
      rescan = { ...rescan, [outcome]: rescan[outcome] + 1 };
    }
    rescan = { ...rescan, cursor: key, looked: rescan.looked + 1, matched: rescan.matched + (fits ? 1 : 0) };
    if (rescan.looked % saveEvery === 0 && !(await save())) return cancelled();
  }
  return (await save()) ? endRescan(rescan, 'done', null, store, signal) : cancelled();
}

/**
 * Jobs of the backfill lane that no worker has taken yet, but for those held by a rate. By their turns; where less waits in all lanes together, some of these were
 * cancelled.
 */
async function waitingJobs(queues: ScanQueues): Promise<number> {
  const counts = laneQueues.map(async (name) => {
    const all = Object.values(await queues[name].getJobCounts('waiting', 'prioritized'));
    const ofLane = waitingBefore(await queues.turns.read(name), 'backfill', Infinity);
    return Math.min(ofLane, sum(all));
  });
  return sum(await Promise.all(counts));
}

const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);

/**
 * The same media under the policy that it was judged by, and the other set. The scan that was, and its verdict, stay.
 *
 * @returns `gone` where the media was deleted, its file is kept no more, or what is stored of it is damaged: one scan must not keep the
 * others from being judged
 */
async function submitAgain(
  old: ScanRecord,
  set: string,
  ports: RunPorts,
  queues: ScanQueues,
  signal: AbortSignal,
): Promise<'submitted' | 'known' | 'gone'> {
  const { store, log } = ports;
  try {
    const media = await readStored(store, keys.mediaRecord(old.media, old.tenant), MediaRecord, signal);
    const policy = await readStored(store, keys.policy(old.id), Policy, signal);
    if (!media || !policy || !(await store.stat(keys.media(old.media), signal))) return 'gone';
    const asked = { media, policy, modelSet: set, priority: 'backfill' as const, rescanOf: old.id };
    const { scan, created } = await recordScan(asked, ports, signal);
    // Cut off between record and job: the job is added again, which changes nothing where it is there.
    if (scan.state === 'queued') await addPlanJob(queues, scan);
    return created ? 'submitted' : 'known';
  } catch (error) {
    if (error instanceof SubmitError) return 'gone';
    if (!(error instanceof StoredDocumentError)) throw error;
    log.warn({ scan: old.id, err: error }, 'a scan was left out of a re-scan');
    return 'gone';
  }
}
