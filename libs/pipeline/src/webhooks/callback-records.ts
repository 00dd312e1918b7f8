import { createHash } from 'node:crypto';
import {
  CallbackId,
  type EventId,
  type ScanId,
  ScanId as ScanIdSchema,
  ScanEventType as EventTypeSchema,
  type ToldNews,
} from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { z } from 'zod';
import { eventKeyOf, runOf } from '../events/event-id';
import { keys } from '../keys';
import { readDerived, writeStored } from '../stored';

/** A callback as the store keeps it: under its scan, with which it goes. */
export const CallbackRecord = z.object({
  schema: z.literal('assay.callback/1'),
  id: CallbackId,
  scan: ScanIdSchema,
  url: z.string(),
  events: z.array(EventTypeSchema),
  /** How often the scan had been started anew when the callback was asked for: ends before that are none of its own. */
  run: z.number().int().nonnegative(),
  createdAt: z.iso.datetime(),
  /** Its receiver has answered 410. Asked for again, it is called again. */
  ended: z.boolean().default(false),
});
export type CallbackRecord = z.infer<typeof CallbackRecord>;

const idDigits = 24;

/** The same address is one callback of a scan, however often it is asked for. */
export function callbackIdOf(scan: ScanId, url: string): CallbackId {
  return `cb_${createHash('sha256')
    .update(JSON.stringify([scan, url]))
    .digest('hex')
    .slice(0, idDigits)}`;
}

/** Where the callback of an event lies: with the scan that the event begins with. */
export const callbackKeyOf = (callback: CallbackId, event: EventId): string =>
  keys.callback(event.split('-')[0] ?? '', callback);

/** In no particular order. */
export async function listCallbacks(scan: ScanId, store: ObjectStore, signal: AbortSignal): Promise<CallbackRecord[]> {
  const records: CallbackRecord[] = [];
  for await (const { key } of store.list(keys.callbacks(scan), signal)) {
    const record = await readDerived(store, key, CallbackRecord, signal);
    if (record) records.push(record);
  }
  return records;
}

/** Whose deliveries go with the scan. */
export const callbackIds = async (scan: ScanId, store: ObjectStore, signal: AbortSignal): Promise<CallbackId[]> =>
  (await listCallbacks(scan, store, signal)).map(({ id }) => id);

/**
 * Whether a callback is to be told: of the end of the run that it was asked for, also where that had come before, and of
 * revisions from then on.
 */
export function wantsToHear(
  { events, run, createdAt, ended }: CallbackRecord,
  { id, type, timestamp }: ToldNews,
): boolean {
  if (ended) return false;
  if (!(events as string[]).includes(type)) return false;
  return type === 'verdict.revised' ? timestamp >= createdAt : runOf(id) >= run;
}

/** Calls it no more. @param event by which it said so */
export async function endCallback(
  callback: CallbackId,
  event: EventId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const key = callbackKeyOf(callback, event);
  const record = await readDerived(store, key, CallbackRecord, signal);
  if (!record) return;
  await writeStored(store, key, { ...record, ended: true }, { ifAbsent: false }, signal);
  // Deleted with its scan meanwhile: it must not come back.
  const told = eventKeyOf(event);
  if (told && !(await store.stat(told, signal))) await store.delete(key, signal);
}
