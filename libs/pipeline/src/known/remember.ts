import { type KnownFinding, Plan, Probe, type ScanRecord, type Verdict } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, tidyUpMs } from '../scan-state';
import { readDerived, readStored, writeStored } from '../stored';
import { decisionHistory, knownDecisionOf } from './decisions';
import { StoredFrameHashes } from './frame-hashes';
import { HeirNotes } from './forget-media';
import { entryOfMedia, KnownRecord, mediaEntryId } from './known-entry';
import { knownKeys } from './known-keys';
import type { Looks } from './look-up-known';

/**
 * The looks of a scan's media, from what its segments left; of segments that were not seen there is nothing.
 *
 * @returns null when nothing of the stages is kept any more
 */
export async function looksOfScan(
  { id }: Pick<ScanRecord, 'id'>,
  ports: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<Looks | null> {
  const probe = await readDerived(ports.store, keys.probe(id), Probe, signal);
  if (!probe) return null;
  const plan = await readDerived(ports.store, keys.plan(id), Plan, signal);
  const frames: string[] = [];
  for (const { index } of plan?.segments ?? []) {
    const hashes = await readDerived(ports.store, keys.frameHashes(id, index), StoredFrameHashes, signal);
    frames.push(...(hashes?.frames ?? []));
  }
  return { type: probe.kind === 'still' ? 'pdq' : 'vpdq', durationSeconds: probe.durationSeconds, frames };
}

/** Makes a finished scan's media known to all: what it looks like and what was said of it. Safe to repeat. */
export async function remember(
  scan: ScanRecord,
  verdict: Verdict,
  ports: Pick<Ports, 'store' | 'known'>,
  signal: AbortSignal,
): Promise<void> {
  if (!ports.known || verdict.verdict === 'rejected') return;
  const looks = await looksOfScan(scan, ports, signal);
  // Published again, long after: it was remembered then.
  if (!looks) return;
  const record: KnownRecord = {
    ...{ schema: 'assay.known-media/1', tenant: scan.tenant, media: scan.media, scan: scan.id },
    ...looks,
    ...{ verdict: verdict.verdict, probability: verdict.probability },
  };
  try {
    await writeStored(ports.store, knownKeys.record(record.tenant, record.media), record, { ifAbsent: false }, signal);
    await putInLog(record, ports, signal);
  } catch (error) {
    // As in `leavingNothing`: a deletion aborts what it meets, also between the write and the look behind it.
    await forgetIfGone(record, ports, AbortSignal.timeout(tidyUpMs)).catch(() => undefined);
    throw error;
  }
}

/** Forgets what media looks like with the scan that was remembered; what was decided on it stays. */
export async function forgetLooks(
  scan: Pick<ScanRecord, 'id' | 'tenant' | 'media'>,
  ports: Pick<Ports, 'store' | 'known'>,
  signal: AbortSignal,
): Promise<void> {
  // Of another version, it is not worth more than one that is of this scan.
  const record = await readDerived(ports.store, knownKeys.record(scan.tenant, scan.media), KnownRecord, signal);
  if (record && record.scan !== scan.id) return;
  await ports.known?.remove(scan.tenant, mediaEntryId(scan.media));
  await ports.store.delete(knownKeys.record(scan.tenant, scan.media), signal);
}

export function readKnownRecord(
  { tenant, media }: Pick<KnownRecord, 'tenant' | 'media'>,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<KnownRecord | null> {
  return readStored(store, knownKeys.record(tenant, media), KnownRecord, signal);
}

/**
 * With the decision that stands, which keeps it from giving way to newer media. Deletion removes the media's own record first:
 * who looks for it after the write leaves nothing behind.
 */
export async function putInLog(
  record: KnownRecord,
  { store, known }: Pick<Ports, 'store' | 'known'>,
  signal: AbortSignal,
): Promise<void> {
  const { standing } = await decisionHistory(record, store, signal);
  const entry = entryOfMedia(record, knownDecisionOf(standing));
  await known?.put(record.tenant, mediaEntryId(record.media), entry, { kept: standing !== null });
  await forgetIfGone(record, { store, known }, signal);
}

async function forgetIfGone(
  { tenant, media }: Pick<KnownRecord, 'tenant' | 'media'>,
  { store, known }: Pick<Ports, 'store' | 'known'>,
  signal: AbortSignal,
): Promise<void> {
  if (await store.stat(keys.mediaRecord(media, tenant), signal)) return;
  await known?.remove(tenant, mediaEntryId(media));
  await store.deletePrefix(knownKeys.media(tenant, media), signal);
}

/**
 * Notes, with each thing that a verdict speaks of, that it does: before the verdict is there. The scan keeps where, so that
 * it is taken back with it.
 *
 * @throws ScanGoneError when the media of the scan was deleted; nothing is left then
 */
export async function noteHeir(
  scan: ScanRecord,
  findings: readonly KnownFinding[],
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<void> {
  if (findings.length === 0) return;
  const { store } = ports;
  const before = await readDerived(store, knownKeys.heirNotes(scan.id), HeirNotes, signal);
  const noted = { keys: [...new Set([...(before?.keys ?? []), ...findings.map((one) => heirKey(scan, one))])] };
  await writeStored(store, knownKeys.heirNotes(scan.id), noted, { ifAbsent: false }, signal);
  for (const finding of findings) {
    const key = heirKey(scan, finding);
    await writeStored(store, key, {}, { ifAbsent: false }, signal);
    // Deleted since it was found: `settleScan` takes it out of the verdict.
    if (!(await isStillKnown(finding, store, signal))) await store.delete(key, signal);
  }
  if (await store.stat(keys.mediaRecord(scan.media, scan.tenant), signal)) return;
  for (const key of noted.keys) await store.delete(key, signal);
  await assertMediaExists(scan, ports, signal);
}

/** Whether what was found is there: media that was not deleted, a list that was not removed. */
export async function isStillKnown(
  { source, scope }: Pick<KnownFinding, 'source' | 'scope'>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  const key = source.kind === 'list' ? knownKeys.list(scope, source.list) : keys.mediaRecord(source.media, scope);
  return (await store.stat(key, signal)) !== null;
}

function heirKey(scan: Pick<ScanRecord, 'id'>, { source, scope }: KnownFinding): string {
  if (source.kind === 'list') return knownKeys.listHeir(scope, source.list, scan.id);
  return knownKeys.heir(scope, source.media, scan.id);
}
