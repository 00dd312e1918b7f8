import { randomBytes } from 'node:crypto';
import { type DecisionLabel, HashListRow, KnownList, type KnownListId, type TenantId } from '@assay/contracts';
import { z } from 'zod';
import { HashListError, KnownListError, MediaHeldError } from '../errors';
import { inLanes } from '../in-lanes';
import { isOlder } from '../is-older';
import { holdsOnTenant } from '../keeping/holds';
import type { Ports } from '../ports';
import { readStored, writeStored } from '../stored';
import { storedFrame } from './frame-hashes';
import type { Known } from './known';
import { type KnownEntry, listEntryId } from './known-entry';
import { knownKeys, sharedScope } from './known-keys';
import { listRevisitNameOf } from './revisit-marker';
import { fromSignalRow, isBytesSignal, type Signal, toSignalRow } from './signal-row';

const idBytes = 12;
/** Whoever takes a list in has ended by then, or died, ms. */
const fillingMs = 600_000;
/**
 * Rows on their way to the log at once: one after the other, a list of 100,000 waits for Redis as often. Each is an entry of its own, and
 * kept, so their order says nothing.
 */
const rowLanes = 64;
const StoredRows = z.array(HashListRow);

export interface NewList {
  name: string;
  label: DecisionLabel;
  signals: readonly Signal[];
  /** Rows of types that are not matched: told, not kept. */
  passedOver: number;
}

type ListPorts = Pick<Ports, 'store' | 'known'>;

/**
 * Takes a hash list in for a tenant, or for all (`sharedScope`). Scans that come later are compared with it at once.
 *
 * @throws HashListError when there is nothing in it that is matched
 */
export async function importKnownList(
  scope: string,
  given: NewList,
  { store, known }: ListPorts,
  signal: AbortSignal,
): Promise<KnownList> {
  const { list, rows } = makeKnownList(scope, given);
  // Rows before the record: a list without its record is none, and one without rows would match nothing.
  await writeStored(store, knownKeys.listRows(scope, list.id), rows, { ifAbsent: true }, signal);
  await store.put(knownKeys.filling(scope, list.id), '', {}, signal);
  await writeStored(store, knownKeys.list(scope, list.id), list, { ifAbsent: true }, signal);
  await fill(scope, list, rows, { store, known }, signal);
  return list;
}

/** Ends what a process began that died while a list came in: without it the rest of its rows would match nothing. @returns how many */
export async function sweepFillings(
  { store, known }: ListPorts,
  signal: AbortSignal,
  olderThanMs = fillingMs,
): Promise<number> {
  let ended = 0;
  for await (const { key } of store.list(knownKeys.fillings, signal)) {
    if (!(await isOlder(key, olderThanMs, { store }, signal))) continue;
    const [scope = '', id = ''] = key.slice(knownKeys.fillings.length).split('/');
    const list = await readStored(store, knownKeys.list(scope, id), KnownList, signal);
    if (list) await fill(scope, list, await rowsOfKnownList(scope, id, { store }, signal), { store, known }, signal);
    else await store.delete(key, signal);
    ended += 1;
  }
  return ended;
}

async function fill(
  scope: string,
  list: KnownList,
  rows: readonly HashListRow[],
  { store, known }: ListPorts,
  signal: AbortSignal,
): Promise<void> {
  if (known) await putRowsInLog(scope, list, rows, known, signal);
  // Removed meanwhile: whoever did that may have been ahead of this.
  if (!(await store.stat(knownKeys.list(scope, list.id), signal)))
    await removeRows(scope, list.id, rows.length, known, signal);
  await store.delete(knownKeys.filling(scope, list.id), signal);
}

async function removeRows(
  scope: string,
  list: KnownListId,
  count: number,
  known: Pick<Known, 'remove'> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (!known) return;
  const places = Array.from({ length: count }, (_, place) => place);
  await inLanes(places, rowLanes, (place) => known.remove(scope, listEntryId(list, place)), signal);
}

/** @throws HashListError when there is nothing in it that is matched */
export function makeKnownList(
  scope: string,
  { name, label, signals, passedOver }: NewList,
): { list: KnownList; rows: HashListRow[] } {
  if (signals.length === 0) throw new HashListError('holds nothing that is matched: pdq, vpdq, video_md5 or photo_md5');
  const counts: Record<string, number> = {};
  for (const { type } of signals) counts[type] = (counts[type] ?? 0) + 1;
  const list: KnownList = {
    schema: 'assay.known-list/1',
    id: `kl_${randomBytes(idBytes).toString('hex')}`,
    ...{ name, label, passedOver },
    shared: scope === sharedScope,
    signals: counts,
    createdAt: new Date().toISOString(),
  };
  return { list, rows: signals.map((one) => toSignalRow(one)) };
}

/** In the order of their making. */
export async function listKnownLists(
  scope: string,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<KnownList[]> {
  const lists: KnownList[] = [];
  for await (const { key } of store.list(knownKeys.lists(scope), signal)) {
    const list = key.endsWith('/record.json') ? await readStored(store, key, KnownList, signal) : null;
    if (list) lists.push(list);
  }
  return lists.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** The rows of a list, as they were read. @throws KnownListError */
export async function rowsOfKnownList(
  scope: string,
  id: KnownListId,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<HashListRow[]> {
  const rows = await readStored(store, knownKeys.listRows(scope, id), StoredRows, signal);
  if (!rows) throw new KnownListError('There is no list with this id.');
  return rows;
}

/**
 * Removes a list. Verdicts that speak of it are revised by the next sweep: a marker holds their ids.
 *
 * @throws KnownListError when there is none; MediaHeldError when the tenant is on hold
 */
export async function removeKnownList(
  scope: string,
  id: KnownListId,
  { store, known }: ListPorts,
  signal: AbortSignal,
): Promise<void> {
  const rows = await rowsOfKnownList(scope, id, { store }, signal);
  const holds = await holdsOnTenant(scope, store, signal);
  if (holds.length > 0) throw new MediaHeldError(holds);
  const heirs: string[] = [];
  const prefix = knownKeys.listHeirs(scope, id);
  for await (const { key } of store.list(prefix, signal)) heirs.push(key.slice(prefix.length));
  if (heirs.length > 0) {
    await writeStored(store, knownKeys.revisit(listRevisitNameOf(scope, id)), { heirs }, { ifAbsent: false }, signal);
  }
  await store.delete(knownKeys.list(scope, id), signal);
  await removeRows(scope, id, rows.length, known, signal);
  await store.deletePrefix(knownKeys.listPrefix(scope, id), signal);
}

/** Removes all lists of a tenant. @throws MediaHeldError when there are any, and the tenant is on hold */
export async function removeKnownLists(tenant: TenantId, ports: ListPorts, signal: AbortSignal): Promise<void> {
  for (const { id } of await listKnownLists(tenant, ports, signal)) await removeKnownList(tenant, id, ports, signal);
  // Of one that was cut off while it was taken in or removed.
  await ports.store.deletePrefix(knownKeys.lists(tenant), signal);
}

/** @returns how many entries it has */
export async function putListInLog(
  scope: string,
  list: KnownList,
  { store, known }: ListPorts,
  signal: AbortSignal,
): Promise<number> {
  const rows = await rowsOfKnownList(scope, list.id, { store }, signal);
  if (known) await putRowsInLog(scope, list, rows, known, signal);
  return rows.length;
}

export async function putRowsInLog(
  scope: string,
  list: KnownList,
  rows: readonly HashListRow[],
  known: Pick<Known, 'put'>,
  signal: AbortSignal,
): Promise<void> {
  const put = async ([place, row]: [number, HashListRow]): Promise<void> => {
    const listed = fromSignalRow(row, `row ${place + 1}`);
    if (listed) await known.put(scope, listEntryId(list.id, place), entryOf(listed, list), { kept: true });
  };
  await inLanes(rows.entries(), rowLanes, put, signal);
}

function entryOf(listed: Signal, { id, name, label, createdAt }: KnownList): KnownEntry {
  return {
    v: 1,
    source: { kind: 'list', list: id, name: listed.name },
    type: isBytesSignal(listed) ? 'md5' : listed.type,
    durationSeconds: null,
    frames: isBytesSignal(listed) ? [] : listed.frames.map(storedFrame),
    md5: isBytesSignal(listed) ? listed.md5 : null,
    verdict: null,
    probability: null,
    decision: { label, by: name, at: createdAt, decision: null },
  };
}
