import { MediaRecord, type Retention, type ScanId, ScanRecord, type TenantId } from '@assay/contracts';
import type { ObjectStat } from '@assay/storage';
import { type DeletePorts, deleteMedia, deleteScan, scansOf } from '../delete-media';
import { MediaHeldError } from '../errors';
import { removeScanJobs } from '../flows';
import { keys } from '../keys';
import { inLanes } from '../in-lanes';
import { forgetLooks } from '../known/remember';
import { removeUnreferenced } from '../media-references';
import { removeShadows } from '../model-sets/shadow';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readStored } from '../stored';
import { ageEvents } from './age-events';
import { type AgeingRun, removeOldAgeing, whileAgeing } from './ageing-marker';
import { forgetMentions } from './forget';
import { holdsOn } from './holds';
import type { Item } from './item';
import { allItems } from './items-of';
import { retentionOf } from './retention';

const dayMs = 24 * 3_600_000;
/** Media ids are evenly spread, and so is the work when it goes by their first three digits. */
export const slices = 4096;
const sliceDigits = 3;
const minutesADay = 1_440;
const minuteMs = 60_000;
/** Media items at once. Each costs some questions to the store, and a slice has 17,000 where 70 million are kept. */
const lanes = 32;

export interface RetentionReport {
  files: number;
  evidence: number;
  verdicts: number;
  indexEntries: number;
  events: number;
  /** Media items of which nothing was left. */
  items: number;
  /** Would have gone, and are on hold. */
  held: number;
}

export interface RetentionPorts extends DeletePorts, Pick<Ports, 'store' | 'index' | 'log'> {
  queues: ScanQueues;
  /** For tenants that have not said anything. */
  retention: Retention;
}

/**
 * The slices whose turn it is: each once a day, three a minute. Nothing is remembered between two sweeps, so there is
 * nothing to lose; a sweep that is missed is made good a day later.
 */
export function slicesAt(ms: number): string[] {
  const minute = Math.floor(ms / minuteMs) % minutesADay;
  const edge = (at: number): number => Math.floor((at * slices) / minutesADay);
  const due = Array.from({ length: edge(minute + 1) - edge(minute) }, (_, at) => edge(minute) + at);
  return due.map((slice) => slice.toString(16).padStart(sliceDigits, '0'));
}

/** Removes what has been kept for as long as its tenant wants, among the media whose ids begin with `digits`. */
export async function applyRetention(
  digits: readonly string[],
  ports: RetentionPorts,
  signal: AbortSignal,
  now = Date.now(),
): Promise<RetentionReport> {
  const report: RetentionReport = {
    files: 0,
    evidence: 0,
    verdicts: 0,
    indexEntries: 0,
    events: 0,
    items: 0,
    held: 0,
  };
  const ageing = ageingPorts(ports);
  const known = new Map<TenantId, Promise<Retention>>();
  const retentionFor = (tenant: TenantId): Promise<Retention> => {
    const retention = known.get(tenant) ?? retentionOf(tenant, ports.retention, ports.store, signal);
    known.set(tenant, retention);
    // Asked again by the next item: a store that was away for a moment must not cost a tenant's items a day.
    retention.catch(() => known.delete(tenant));
    return retention;
  };
  const age = async (item: Item, stop: AbortSignal): Promise<void> => {
    try {
      const retention = await retentionFor(item.tenant);
      await ageItem(item, { retention, retentionFor, now, report, ports: ageing }, stop);
    } catch (error) {
      stop.throwIfAborted();
      // One item that cannot be helped must not keep the others.
      ports.log.error({ media: item.media, tenant: item.tenant, err: error }, 'retention was not applied');
    }
  };
  // One after the other where several tenants have a file: each asks whether the others are done with it.
  const ageAll = async (items: readonly Item[], stop: AbortSignal): Promise<void> => {
    for (const item of items) await age(item, stop);
  };
  await removeOldAgeing(ports.store, signal);
  for (const slice of digits) {
    await inLanes(byMedia(allItems(`media/${slice}`, ports.store, signal)), lanes, ageAll, signal);
  }
  return report;
}

/** Items of one media item come behind one another. */
async function* byMedia(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let same: Item[] = [];
  for await (const item of items) {
    if (same[0] && same[0].media !== item.media) {
      yield same;
      same = [];
    }
    same.push(item);
  }
  if (same.length > 0) yield same;
}

interface Ageing {
  retention: Retention;
  /** Of whoever else has the same file. */
  retentionFor: (tenant: TenantId) => Promise<Retention>;
  now: number;
  report: RetentionReport;
  ports: RetentionPorts;
}

/** What goes because its time is over is taken out of the feed as such, whoever takes it out; a deletion leaves no trace there. */
function ageingPorts(ports: RetentionPorts): RetentionPorts {
  const { events } = ports;
  if (!events) return ports;
  const expire: typeof events.expire = (tenant, ids) => events.expire(tenant, ids);
  return { ...ports, events: { expire, remove: expire } };
}

async function ageItem(item: Item, ageing: Ageing, signal: AbortSignal): Promise<void> {
  const { retention, now, report, ports } = ageing;
  const { store } = ports;
  const record = await readStored(store, keys.mediaRecord(item.media, item.tenant), MediaRecord, signal);
  if (!record) return;
  const bytes = await store.stat(keys.media(item.media), signal);
  const fileIsOld = bytes !== null && isOver(takenInAt(record, bytes), retention.mediaDays, now);
  const scans = await endedScans(item, ports, signal);
  // What is on its way needs everything.
  if (scans === null) return;
  const due = scans.filter(({ updatedAt }) => isDue(Date.parse(updatedAt), retention, now));
  const isEmptied = scans.length === 0 && (bytes === null || fileIsOld);
  const isForgotten =
    isEmptied && isOver(Date.parse(record.createdAt), retention.verdictDays ?? retention.mediaDays, now);
  if (!fileIsOld && due.length === 0 && !isForgotten) return;
  await whileAgeing(item, store, signal, async (run) => {
    if ((await holdsOn(item, store, signal)).length > 0) return void (report.held += 1);
    if (isForgotten) return forget(item, ageing, signal);
    if (fileIsOld) await removeFile(item, run, ageing, signal);
    for (const scan of due) if (!run.isLate()) await ageScan(scan, ageing, signal);
  });
}

async function removeFile(item: Item, { mark }: AgeingRun, ageing: Ageing, signal: AbortSignal): Promise<void> {
  const { media, tenant } = item;
  const isDone = async (owner: TenantId): Promise<boolean> => {
    // Before the holds of whoever else has the file are looked for, as with one's own.
    if (owner !== tenant) await mark({ media, tenant: owner });
    return isDoneWithFile({ media, tenant: owner }, ageing, signal);
  };
  const isGone = await removeUnreferenced(media, `retention.${tenant}`, ageing.ports.store, signal, isDone);
  if (isGone) ageing.report.files += 1;
}

/** The same bytes may have lain there for another tenant before. */
function takenInAt(record: MediaRecord, bytes: ObjectStat): number {
  return Math.max(Date.parse(record.takenInAt ?? record.createdAt), bytes.modifiedAt.getTime());
}

/** Whether a tenant needs the file no more: the bytes are kept for as long as the one who keeps them longest wants. */
async function isDoneWithFile(item: Item, { retentionFor, now, ports }: Ageing, signal: AbortSignal): Promise<boolean> {
  const { store } = ports;
  const record = await readStored(store, keys.mediaRecord(item.media, item.tenant), MediaRecord, signal);
  const bytes = await store.stat(keys.media(item.media), signal);
  if (!record || !bytes) return true;
  const { mediaDays } = await retentionFor(item.tenant);
  if (!isOver(takenInAt(record, bytes), mediaDays, now)) return false;
  if ((await holdsOn(item, store, signal)).length > 0) return false;
  return (await endedScans(item, ports, signal)) !== null;
}

async function forget(item: Item, { report, ports }: Ageing, signal: AbortSignal): Promise<void> {
  try {
    await deleteMedia(ports, ports.queues, item, signal);
    report.items += 1;
  } catch (error) {
    if (!(error instanceof MediaHeldError)) throw error;
    report.held += 1;
  }
}

async function ageScan(
  scan: ScanRecord,
  { retention, now, report, ports }: Ageing,
  signal: AbortSignal,
): Promise<void> {
  const { store, index, queues } = ports;
  const ended = Date.parse(scan.updatedAt);
  if (isOver(ended, retention.verdictDays, now)) {
    await forgetLooks(scan, ports, signal);
    await deleteScan({ scan: scan.id, tenant: scan.tenant }, ports, queues, signal);
    await forgetMentions(scan.tenant, { scans: [scan.id] }, ports, queues);
    await store.delete(keys.mediaScan(scan.media, scan.tenant, scan.id), signal);
    report.verdicts += 1;
    return;
  }
  if (isOver(ended, retention.evidenceDays, now)) report.evidence += await removeEvidence(scan.id, store, signal);
  if (isOver(ended, retention.eventsDays, now)) {
    const isEventOver = (since: number): boolean => isOver(since, retention.eventsDays, now);
    report.events += await ageEvents(scan, isEventOver, ports, signal);
  }
  if (isOver(ended, retention.indexDays, now) && (await index.get(scan.id))) {
    await index.delete(scan.id, scan);
    await removeScanJobs(queues, scan);
    report.indexEntries += 1;
  }
}

/** The pictures, and what the stages left: faces and their scores frame by frame. */
async function removeEvidence(scan: ScanId, store: Ports['store'], signal: AbortSignal): Promise<number> {
  const prefixes = [keys.evidence(scan, ''), keys.segments(scan)];
  let removed = 0;
  for (const prefix of prefixes) removed += await store.deletePrefix(prefix, signal);
  for (const key of [keys.probe(scan), keys.plan(scan), keys.credentials(scan)]) await store.delete(key, signal);
  await removeShadows(scan, { store }, signal);
  return removed;
}

/** @returns null when one of them has not ended */
async function endedScans(item: Item, ports: RetentionPorts, signal: AbortSignal): Promise<ScanRecord[] | null> {
  const records: ScanRecord[] = [];
  for (const scan of await scansOf(item, ports, signal)) {
    if (await ports.store.stat(keys.openScan(scan), signal)) return null;
    const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
    if (record) records.push(record);
  }
  return records;
}

function isDue(ended: number, { evidenceDays, verdictDays, indexDays, eventsDays }: Retention, now: number): boolean {
  return [evidenceDays, verdictDays, indexDays, eventsDays].some((days) => isOver(ended, days, now));
}

function isOver(since: number, days: number | null, now: number): boolean {
  return days !== null && now - since > days * dayMs;
}
