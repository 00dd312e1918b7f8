import { createHash } from 'node:crypto';
import { type EraseJob, type Erasure, type ErasureReceipt, type HeldItem, SealedReceipt } from '@assay/contracts';
import { AuditLog } from '../access/audit-log';
import { type DeletePorts, deleteMedia, deleteScan } from '../delete-media';
import { LaterError, MediaHeldError } from '../errors';
import { hasJobs } from '../flows';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import { forgetMedia } from '../known/forget-media';
import { removeKnownLists } from '../known/known-lists';
import { revisit } from '../known/revisit';
import { goneNameOf } from '../known/revisit-marker';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readStored, writeStored } from '../stored';
import { addCounts, type ErasureItem, notedItems, notedLists, noteItem, noteLists } from './erasure-items';
import { coversUploads, findErasure, writeErasure } from './erasures';
import { forgetEvents, forgetMentions } from './forget';
import type { Item } from './item';
import { itemsOf } from './items-of';
import { sealReceipt } from './receipt';

/** Whoever was in the middle of a write when the record went has ended it by then, ms. */
const settleMs = 10_000;
/** A look ends within a second or two of the deletion of its media; a worker that died keeps its job for 15 s, ms. */
const jobPauseMs = 2_000;
/** Until bytes that somebody seems to take in are looked at again, ms. */
const claimedPauseMs = 60_000;
/** For one go at an erasure of very much: what is done stays done, and another go goes on, ms. */
const goMs = 5 * 60_000;
/** Items at once. Each costs some twenty questions to the store. */
const lanes = 16;
/** Items that are on hold and are named in the answer; all of them stay. */
const heldShown = 100;

/** All ports: verdicts on other media that name what is erased are revised. */
export interface ErasePorts extends DeletePorts, Omit<Ports, keyof DeletePorts> {
  queues: ScanQueues;
  /** How long late writers get, ms. */
  settleMs?: number;
}

/** The marker goes before the document: whoever wrote it may be about to write that. What is older was cut off in between. */
const markerMs = 3_600_000;

async function removeOldMarker(
  { tenant, erasure }: EraseJob,
  store: Ports['store'],
  signal: AbortSignal,
): Promise<void> {
  const marker = keys.openErasure(tenant, erasure);
  const found = await store.stat(marker, signal);
  if (found && Date.now() - found.modifiedAt.getTime() > markerMs) await store.delete(marker, signal);
}

/**
 * Brings an erasure to its end, from wherever it is: every step may be done again, by this process after a crash or by
 * another at the same time.
 *
 * 1. Each item is noted, then deleted; what is on hold stays, and is named with the reason.
 * 2. When nothing is left, late writers get their time, and jobs that run theirs to stop.
 * 3. What they left is removed, and it is looked whether anything has come back; then the receipt is written.
 *
 * @throws LaterError when it goes on after a pause
 */
export async function runErasure(job: EraseJob, ports: ErasePorts, signal: AbortSignal): Promise<void> {
  const { store } = ports;
  const erasure = await findErasure(job.tenant, job.erasure, store, signal);
  if (!erasure) return removeOldMarker(job, store, signal);
  const drafted = await readStored(store, keys.erasureDraft(erasure.id), SealedReceipt, signal);
  if (erasure.receipt ?? drafted) return finish(erasure, store, signal);
  // A file that is taken in anew after it was erased is another one's business.
  const isOfMedia = erasure.target.kind === 'media';
  const isCleared = isOfMedia && erasure.clearedAt !== null;
  const held = isCleared ? [] : await eraseItems(erasure, ports, signal);
  if (erasure.target.kind === 'tenant') held.push(...(await eraseLists(erasure, ports, signal)));
  if (held.length > 0) return waitForHolds({ ...erasure, clearedAt: null }, held, ports, signal);
  const clearedAt = erasure.clearedAt ?? new Date().toISOString();
  if (erasure.clearedAt === null) {
    await writeErasure({ ...erasure, state: 'running', held: [], clearedAt }, store, signal);
  }
  waitUntil(Date.parse(clearedAt) + (ports.settleMs ?? settleMs));
  if (coversUploads(erasure.target) && !(await store.stat(keys.erasedUploads(erasure.id), signal))) {
    throw new LaterError(jobPauseMs);
  }
  const mentioned = await removeAllTraces(erasure, ports, signal);
  if (mentioned.length > 0) {
    // The item itself is gone, and stays cleared: its next upload is no part of this. By subject and tenant later ones are,
    // and get their own time.
    return waitForHolds({ ...erasure, clearedAt: isOfMedia ? clearedAt : null }, mentioned, ports, signal);
  }
  if (!isCleared) await beginAnewIfAny(erasure, store, signal);
  await draftReceipt(erasure, ports, signal);
  await finish(erasure, store, signal);
}

/** The sweeper asks again: the hold may be lifted. */
async function waitForHolds(
  erasure: Erasure,
  held: readonly HeldItem[],
  { store, log }: ErasePorts,
  signal: AbortSignal,
): Promise<void> {
  await writeErasure({ ...erasure, state: 'held', held: held.slice(0, heldShown) }, store, signal);
  log.warn({ erasure: erasure.id, held: held.length }, 'an erasure waits for holds');
}

/**
 * The notes go before it is done, as they name what was erased. Of two processes at the same work, the first receipt
 * stays: the other may have looked for notes that were going.
 */
async function finish(erasure: Erasure, store: Ports['store'], signal: AbortSignal): Promise<void> {
  const { id, tenant } = erasure;
  await store.deletePrefix(keys.erasureTraces(id), signal);
  await store.deletePrefix(keys.erasureItems(id), signal);
  const draft = await store.get(keys.erasureDraft(id), signal);
  if (draft) {
    const options = { contentType: 'application/json', ifAbsent: true };
    await store.put(keys.erasureReceipt(tenant, id), draft, options, signal);
    // Before the work is gone, so that it is noted however often this is begun; then perhaps twice.
    await noteReceipt(erasure, store, signal);
  }
  await store.deletePrefix(keys.erasureWork(id), signal);
  await store.delete(keys.openErasure(tenant, id), signal);
}

/** In the audit log, by id alone: who reads the log finds the receipt by it. */
async function noteReceipt({ id, tenant }: Erasure, store: Ports['store'], signal: AbortSignal): Promise<void> {
  const fact = {
    at: new Date().toISOString(),
    actor: null,
    tenant,
    action: 'erasure completed',
    object: { erasure: id },
    outcome: 'done' as const,
    status: null,
    requestId: null,
  };
  await new AuditLog(store).append(fact, signal);
}

/** What was on its way when everything else was erased, and has come since. @throws LaterError */
async function beginAnewIfAny(erasure: Erasure, store: Ports['store'], signal: AbortSignal): Promise<void> {
  const { done } = await itemsOf(erasure.tenant, erasure.target, store, signal).next();
  if (done) return;
  await writeErasure({ ...erasure, clearedAt: null }, store, signal);
  throw new LaterError(0);
}

async function eraseItems(erasure: Erasure, ports: ErasePorts, signal: AbortSignal): Promise<HeldItem[]> {
  const held: HeldItem[] = [];
  const eraseOne = async (item: Item, stop: AbortSignal): Promise<void> => {
    await noteItem(erasure.id, item, ports, stop);
    try {
      await deleteMedia(ports, ports.queues, item, stop);
    } catch (error) {
      if (!(error instanceof MediaHeldError)) throw error;
      // Not removed, so not counted; looked at anew when the hold is gone.
      await ports.store.delete(keys.erasureItem(erasure.id, item.media), stop);
      held.push(...error.holds.slice(0, 1).map(({ id, reason }) => ({ media: item.media, hold: id, reason })));
    }
  };
  const items = itemsOf(erasure.tenant, erasure.target, ports.store, signal);
  await inLanes(forOneGo(items), lanes, eraseOne, signal);
  return held;
}

/** What late writers left of all items; of each it is noted when that is done. */
async function removeAllTraces(erasure: Erasure, ports: ErasePorts, signal: AbortSignal): Promise<HeldItem[]> {
  const mentioned: HeldItem[] = [];
  const traceOne = async (item: ErasureItem, stop: AbortSignal): Promise<void> => {
    const traced = keys.erasureTraced(erasure.id, item.media);
    if (await ports.store.stat(traced, stop)) return;
    const held = await removeTraces(item, ports, stop);
    if (held.length > 0) mentioned.push(...held);
    else await ports.store.put(traced, '', {}, stop);
  };
  await inLanes(forOneGo(notedItems(erasure.id, ports.store, signal)), lanes, traceOne, signal);
  return mentioned;
}

/** As many as there is time for. @throws LaterError where there are more */
async function* forOneGo<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const began = Date.now();
  for await (const item of items) {
    if (Date.now() - began > goMs) throw new LaterError(0);
    yield item;
  }
}

/** Hash lists that the tenant has imported are no media, and go with all that is the tenant's. */
async function eraseLists(erasure: Erasure, ports: ErasePorts, signal: AbortSignal): Promise<HeldItem[]> {
  const { tenant, id } = erasure;
  await noteLists(erasure, ports.store, signal);
  try {
    await removeKnownLists(tenant, ports, signal);
    return [];
  } catch (error) {
    if (!(error instanceof MediaHeldError)) throw error;
    await ports.store.delete(keys.erasedLists(id), signal);
    return error.holds.slice(0, 1).map(({ id: hold, reason }) => ({ media: null, hold, reason }));
  }
}

/**
 * What late writers left, and what verdicts on other media still say of the item.
 *
 * @returns verdicts that name it and are on hold
 * @throws LaterError while a worker still holds a job of the item, or makes a verdict that may name it
 */
async function removeTraces(item: ErasureItem, ports: ErasePorts, signal: AbortSignal): Promise<HeldItem[]> {
  const { store, queues } = ports;
  const gone = goneNameOf(item.tenant, item.media);
  // The same file was taken in anew: what there is now is that one's.
  const isBack = (await store.stat(keys.mediaRecord(item.media, item.tenant), signal)) !== null;
  if (!isBack) await forgetMedia(item, ports, queues, signal);
  const { held, waits } = await revisit(gone, ports, signal);
  if (waits) throw new LaterError(jobPauseMs);
  if (isBack) return held;
  // Somebody else may be taking the same file in, or has died at it.
  if (await store.stat(keys.leftBytes(item.media), signal)) throw new LaterError(claimedPauseMs);
  for (const scan of item.scans) {
    await deleteScan({ scan: scan.id, tenant: item.tenant }, ports, queues, signal);
    if (await hasJobs(queues, scan)) throw new LaterError(jobPauseMs);
    await ports.index.delete(scan.id, scan);
  }
  await forgetEvents(item.tenant, item.events, ports, queues, signal, item.callbacks);
  await forgetMentions(item.tenant, { media: item.media, scans: item.scans.map(({ id }) => id) }, ports, queues);
  return held;
}

async function draftReceipt(erasure: Erasure, ports: ErasePorts, signal: AbortSignal): Promise<void> {
  const removed = await notedLists(erasure.id, ports.store, signal);
  const items = createHash('sha256');
  for await (const { media, counts } of notedItems(erasure.id, ports.store, signal)) {
    addCounts(removed, counts);
    items.update(`${media}\n`);
  }
  const receipt: ErasureReceipt = {
    schema: 'assay.erasure-receipt/1',
    erasure: erasure.id,
    tenant: erasure.tenant,
    target: erasure.target,
    requestedAt: erasure.requestedAt,
    completedAt: new Date().toISOString(),
    removed,
    itemsSha256: items.digest('hex'),
  };
  const sealed = await sealReceipt(receipt, ports, signal);
  await writeStored(ports.store, keys.erasureDraft(erasure.id), sealed, { ifAbsent: true }, signal);
  ports.log.info({ erasure: erasure.id, removed }, 'erased');
}

/** @throws LaterError */
function waitUntil(ms: number): void {
  const pause = ms - Date.now();
  if (pause > 0) throw new LaterError(pause);
}
