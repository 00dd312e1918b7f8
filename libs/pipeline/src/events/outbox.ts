import type { Decision, EventId, ToldNews } from '@assay/contracts';
import type { EventLog } from '@assay/storage';
import { ScanGoneError } from '../errors';
import { inLanes } from '../in-lanes';
import { isOlder } from '../is-older';
import { keys } from '../keys';
import { knownKeys } from '../known/known-keys';
import { listInTurns } from '../list-in-turns';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { restoreScan } from '../restore-scan';
import { assertMediaExists } from '../scan-state';
import { writeStored } from '../stored';
import { listCallbacks, wantsToHear } from '../webhooks/callback-records';
import { addDelivery } from '../webhooks/deliveries';
import { listReceivers } from '../webhooks/webhooks';
import { decisionEventId, eventKeyOf, scanOfEvent } from './event-id';
import type { Outbox } from './outbox-port';
import { readEvent } from './read-events';
import { decisionNewsOf, revisionNewsOf, scanNewsOf } from './scan-news';

/** How long an event can be read from the feed, ms. */
export const eventsKeptMs = 7 * 24 * 3_600_000;

/**
 * A marker stays for this long after its event, although it was told at once: a Redis that loses its last moments loses
 * with them the feed's entry, the jobs and the end in the index, and telling again is harmless, ms.
 */
const markerKeptMs = 60_000;
/** A marker of each event of the last minute is swept; each costs some questions to the store. */
const sweepLanes = 16;

export interface OutboxParts extends Pick<Ports, 'store' | 'index' | 'log'> {
  queues: ScanQueues;
  events: EventLog;
}

export function createOutbox(parts: OutboxParts): Outbox {
  return {
    async tell(record, signal) {
      const news = scanNewsOf(record);
      if (news) await tell(news, () => assertMediaExists(record, parts, signal), parts, signal);
    },
    tellRevision: (record, revision, signal) =>
      tell(revisionNewsOf(record, revision), () => assertMediaExists(record, parts, signal), parts, signal),
    tellDecision: (decision, scans, signal) =>
      tell(decisionNewsOf(decision, scans), () => assertStillThere(decision, parts, signal), parts, signal),
    sweep: (signal, now) => sweepOutbox(parts, signal, now),
    async restore(events) {
      const kept = events.filter(({ timestamp }) => Date.parse(timestamp) > Date.now() - eventsKeptMs);
      const inOrder = kept.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
      for (const { id, data } of inOrder) await parts.events.append(data.tenant, id);
    },
  };
}

async function tell(
  news: ToldNews,
  assertExists: () => Promise<void>,
  parts: OutboxParts,
  signal: AbortSignal,
): Promise<void> {
  await writeDown(news, assertExists, parts, signal);
  // The sweeper goes on from the marker.
  await relay(news.id, parts, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    parts.log.warn({ event: news.id, err: error }, 'an event waits to be told');
  });
}

/** Event and marker; the marker first, so that there is no event without one. */
async function writeDown(
  news: ToldNews,
  assertExists: () => Promise<void>,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<void> {
  const key = eventKeyOf(news.id);
  if (key === null) return;
  await writeStored(store, keys.outboxEntry(news.id), {}, { ifAbsent: false }, signal);
  await writeStored(store, key, news, { ifAbsent: true }, signal);
  try {
    await assertExists();
  } catch (error) {
    if (error instanceof ScanGoneError) await store.delete(keys.outboxEntry(news.id), signal);
    throw error;
  }
}

/** As `assertMediaExists`, for what is told of media. */
async function assertStillThere(
  { tenant, media, id }: Decision,
  { store }: OutboxParts,
  signal: AbortSignal,
): Promise<void> {
  if (await store.stat(keys.mediaRecord(media, tenant), signal)) return;
  await store.delete(knownKeys.event(media, decisionEventId({ media, id })), signal);
  throw new ScanGoneError(media, 'The media was deleted.');
}

/** Feed and webhooks of the tenant and callbacks of the scan, all of which count an event once. */
async function relay(
  id: EventId,
  parts: Pick<OutboxParts, 'store' | 'events' | 'queues'>,
  signal: AbortSignal,
): Promise<void> {
  // As it lies there, not as it would be written now: deliveries are told apart by it.
  const news = await readEvent(id, parts, signal);
  if (!news) return;
  const { tenant } = news.data;
  await parts.events.append(tenant, id);
  const [receivers, callbacks] = await Promise.all([
    listReceivers(tenant, parts.store, signal),
    'scan' in news.data ? listCallbacks(news.data.scan, parts.store, signal) : [],
  ]);
  for (const { id: webhook, events, createdAt } of receivers) {
    // One that was made later gets what happens later, also when the sweeper tells again.
    const wants = events.includes(news.type) && createdAt <= news.timestamp;
    if (wants) await addDelivery(tenant, webhook, news, parts, signal);
  }
  for (const callback of callbacks) {
    if (wantsToHear(callback, news)) await addDelivery(tenant, callback.id, news, parts, signal, callback.url);
  }
}

/** Scans' and media's, see `eventKeyOf`. */
const entryPrefixes = [`${keys.outbox}sc_`, `${keys.outbox}md_`];

async function sweepOutbox(parts: OutboxParts, signal: AbortSignal, now?: number): Promise<void> {
  const sweepOne = async ({ key }: { key: string }, stop: AbortSignal): Promise<void> => {
    const id = key.slice(keys.outbox.length);
    try {
      // Its age before it is told: what is told now and lost in the same moment is told again by the next sweep.
      const isOld = await isOlder(key, markerKeptMs, parts, stop);
      await relay(id, parts, stop);
      // The index may have lost the end itself, and the scan would be shown as running for good: its own marker is gone.
      const scan = scanOfEvent(id);
      if (scan) await restoreScan(scan, parts, stop);
      if (isOld) await parts.store.delete(key, stop);
    } catch (error) {
      stop.throwIfAborted();
      parts.log.error({ event: id, err: error }, 'an event could not be told');
    }
  };
  await inLanes(listInTurns(entryPrefixes, parts, signal, now), sweepLanes, sweepOne, signal);
}
