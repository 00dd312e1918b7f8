import { createHash } from 'node:crypto';
import { Rescan, type RescanId } from '@assay/contracts';
import { RescanError } from '../errors';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { scanReferences } from '../scan-references';
import { readStored, writeStored } from '../stored';
import { matchesRescan } from './match-scan';
import { readRecord } from './read-record';

const idHexDigits = 16;

/** What is asked for, with sets by their digests. */
export type RescanQuery = Pick<Rescan, 'set' | 'between' | 'since' | 'to' | 'dryRun'>;

export function rescanIdOf({ set, between, since, to, dryRun }: RescanQuery): RescanId {
  const hash = createHash('sha256').update(JSON.stringify([set, between, since, to, dryRun]));
  return `rs_${hash.digest('hex').slice(0, idHexDigits)}`;
}

/**
 * Asks for a re-scan: scans that fit are judged again by another set, behind all other work. The same query again is the same
 * re-scan: it goes on while it runs, and looks again once it has ended. No scan is made twice.
 *
 * @throws RescanError `same_set`
 */
export async function startRescan(
  query: RescanQuery,
  by: string,
  { store }: Pick<Ports, 'store'>,
  queues: Pick<ScanQueues, 'rescan'>,
  signal: AbortSignal,
): Promise<Rescan> {
  if (query.set === query.to) throw new RescanError('same_set');
  const id = rescanIdOf(query);
  const known = await getRescan(id, store, signal);
  const now = new Date().toISOString();
  const fresh: Rescan = {
    schema: 'assay.rescan/1',
    id,
    ...query,
    state: 'running',
    cursor: null,
    ...{ looked: 0, matched: 0, submitted: 0, known: 0, gone: 0 },
    failure: null,
    createdAt: now,
    createdBy: by,
    updatedAt: now,
  };
  const rescan = known?.state === 'running' ? known : fresh;
  if (rescan === fresh) await writeStored(store, keys.rescan(id), fresh, { ifAbsent: false }, signal);
  await writeStored(store, keys.openRescan(id), {}, { ifAbsent: false }, signal);
  await addRescanJob(id, queues);
  return rescan;
}

/** A job that is there already stays; one that was given up gives way. */
export async function addRescanJob(id: RescanId, queues: Pick<ScanQueues, 'rescan'>): Promise<void> {
  if ((await queues.rescan.getJobState(id)) === 'failed') await queues.rescan.remove(id);
  await queues.rescan.add('rescan', { v: 1, rescan: id }, { jobId: id });
}

/** What a Redis that lost its data, or a crash between marker and job, left behind. */
export async function sweepRescans(
  { store }: Pick<Ports, 'store'>,
  queues: Pick<ScanQueues, 'rescan'>,
  signal: AbortSignal,
): Promise<void> {
  for await (const { key } of store.list(keys.openRescans, signal)) {
    await addRescanJob(key.slice(keys.openRescans.length), queues);
  }
}

export function getRescan(id: RescanId, store: Ports['store'], signal: AbortSignal): Promise<Rescan | null> {
  return readStored(store, keys.rescan(id), Rescan, signal);
}

/** The newest first. */
export async function listRescans(store: Ports['store'], signal: AbortSignal): Promise<Rescan[]> {
  const rescans: Rescan[] = [];
  for await (const { key } of store.list(keys.rescans, signal)) {
    const rescan = await readStored(store, key, Rescan, signal);
    if (rescan) rescans.push(rescan);
  }
  return rescans.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/**
 * Ends a re-scan; scans that it has asked for already stay. The missing marker is what tells the worker that has it.
 *
 * @throws RescanError `unknown_rescan`
 */
export async function cancelRescan(id: RescanId, store: Ports['store'], signal: AbortSignal): Promise<Rescan> {
  const rescan = await getRescan(id, store, signal);
  if (!rescan) throw new RescanError('unknown_rescan');
  await store.delete(keys.openRescan(id), signal);
  return rescan.state === 'running' ? endRescan(rescan, 'cancelled', null, store, signal) : rescan;
}

export async function endRescan(
  rescan: Rescan,
  state: Rescan['state'],
  failure: string | null,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<Rescan> {
  // Nothing of what may be erased later stays in it.
  const ended: Rescan = { ...rescan, cursor: null, state, failure, updatedAt: new Date().toISOString() };
  await writeStored(store, keys.rescan(ended.id), ended, { ifAbsent: false }, signal);
  await store.delete(keys.openRescan(ended.id), signal);
  // Asked for again in this moment: its marker may be the one that went.
  const now = await getRescan(ended.id, store, signal);
  if (now?.state === 'running') await writeStored(store, keys.openRescan(ended.id), {}, { ifAbsent: false }, signal);
  return ended;
}

const countLanes = 16;

/** How many scans a re-scan would look at, and how many fit, which those whose record is damaged don't; nothing is written. */
export async function countMatches(
  query: Pick<Rescan, 'set' | 'between' | 'since'>,
  ports: Pick<Ports, 'store' | 'log'>,
  signal: AbortSignal,
): Promise<{ looked: number; matched: number }> {
  const counts = { looked: 0, matched: 0 };
  const count = async ({ scan }: { scan: string }, stop: AbortSignal): Promise<void> => {
    const record = await readRecord(scan, ports, stop);
    counts.looked += 1;
    if (record && matchesRescan(record, query)) counts.matched += 1;
  };
  await inLanes(scanReferences(ports, signal), countLanes, count, signal);
  return counts;
}
