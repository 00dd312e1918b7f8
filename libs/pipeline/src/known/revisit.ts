import { Decision, type HeldItem, type MediaId, ScanRecord, Verdict } from '@assay/contracts';
import { scansOf } from '../delete-media';
import { isOutage, ScanGoneError } from '../errors';
import { isOlder } from '../is-older';
import { keys } from '../keys';
import type { Logger } from '../log';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';
import { readStored, writeStored } from '../stored';
import { frameOf } from './frame-hashes';
import { forgetSource } from './forget-media';
import { knownKeys, sharedScope } from './known-keys';
import { putInLog, readKnownRecord } from './remember';
import { parseRevisitName, RevisitMarker } from './revisit-marker';
import { dropRevisionsAbout, labelScan, settleScan } from './settle-scan';

/** What a revisit has come to. */
export interface Revisited {
  /** Verdicts that were changed. */
  revised: number;
  /** Holds that keep documents which name what is gone. */
  held: HeldItem[];
  /** True: a scan that is under way may still speak of what is gone, or not all were looked at in the time that there was. */
  waits: boolean;
}

/** For one change, so that something that everybody uploads does not keep all others from their turn, ms. */
const revisitMs = 60_000;
/** Scans between two notes of how far it has come. */
const noteEvery = 50;

/** Between its marker and its decision a writer waits for the store; one that takes longer has died, ms. */
const writingMs = 60_000;

/** Asks for a sweep now. It would come by itself within a minute: a Redis that is away fails nobody who has done what he was asked. */
export async function sweepSoon(queues: ScanQueues, id: string, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await queues.sweep.add('sweep', { v: 1 }, { jobId: `sweep-for-${id}`, removeOnFail: true });
  } catch (error) {
    if (!isOutage(error)) throw error;
    log.warn({ err: error }, 'no sweep could be asked for');
  }
}

/**
 * What a decision means for its own media: the labels of its scans, its place among what is known, and the news of it. Safe
 * to repeat.
 */
export async function applyDecision(
  decision: Decision,
  ports: Pick<Ports, 'store' | 'index' | 'outbox' | 'known'>,
  signal: AbortSignal,
): Promise<void> {
  const known = await readKnownRecord(decision, ports, signal);
  if (known) await putInLog(known, ports, signal);
  const scans = [...(await scansOf(decision, ports, signal))];
  for (const scan of scans) {
    const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
    if (!record) continue;
    const verdict = await readStored(ports.store, keys.verdict(scan), Verdict, signal);
    await labelScan(record, verdict?.knownMedia ?? null, ports, signal);
  }
  await ports.outbox?.tellDecision(decision, scans, signal);
}

/** Draws what consequences are still to be drawn. One that cannot be drawn does not keep the others waiting. */
export async function revisitAll(ports: Ports, signal: AbortSignal): Promise<number> {
  let revised = 0;
  for await (const { key } of ports.store.list(knownKeys.revisits, signal)) {
    const name = key.slice(knownKeys.revisits.length);
    try {
      revised += (await revisit(name, ports, signal)).revised;
    } catch (error) {
      signal.throwIfAborted();
      ports.log.error({ revisit: name, err: error }, 'what inherited a decision could not be revisited');
    }
  }
  return revised;
}

/**
 * Draws the consequences of one change, for as long as one may take; the next sweep goes on. Its marker stays where not all could be drawn.
 */
export async function revisit(
  name: string,
  ports: Ports,
  signal: AbortSignal,
  longestMs = revisitMs,
): Promise<Revisited> {
  const { store } = ports;
  const began = Date.now();
  const marker = await readStored(store, knownKeys.revisit(name), RevisitMarker, signal);
  const about = parseRevisitName(name);
  if (about && (await isBeingWritten(name, about, ports, signal))) return { revised: 0, held: [], waits: true };
  const gone = about && 'media' in about && about.decision === null ? about.media : null;
  const found = new Set<string>(marker?.heirs ?? []);
  const reason = about ? await prepare(about, found, ports, signal) : '';
  const scans = [...found].sort().filter((scan) => marker?.cursor === undefined || scan > marker.cursor);
  const result: Revisited = { revised: 0, held: [], waits: false };
  // Others may be added by whoever deletes meanwhile.
  const heirsNow = async () => (await readStored(store, knownKeys.revisit(name), RevisitMarker, signal))?.heirs ?? [];
  const note = async (progress: Omit<RevisitMarker, 'heirs'>) =>
    writeStored(store, knownKeys.revisit(name), { heirs: await heirsNow(), ...progress }, { ifAbsent: false }, signal);
  const someWait = (): boolean => (marker?.again ?? false) || result.held.length > 0 || result.waits;
  for (const [at, scan] of scans.entries()) {
    try {
      if (await settleScan(scan, reason, ports, signal)) result.revised += 1;
      if (gone) await dropAbout(scan, gone, result, ports, signal);
    } catch (error) {
      if (!(error instanceof ScanGoneError)) throw error;
    }
    const last = at === scans.length - 1;
    if (last || (at + 1) % noteEvery !== 0) continue;
    await note({ cursor: scan, again: someWait() });
    if (Date.now() - began > longestMs) return { ...result, waits: true };
  }
  const added = (await heirsNow()).some((scan) => !found.has(scan));
  if (!someWait() && !added) await store.delete(knownKeys.revisit(name), signal);
  // From the first on: some of those behind the last note had to wait.
  else if (marker?.cursor !== undefined || scans.length > noteEvery) await note({});
  return result;
}

/** Its marker comes before a decision. Taken away in between, nobody would draw the rest if its writer fails behind it. */
async function isBeingWritten(
  name: string,
  about: NonNullable<ReturnType<typeof parseRevisitName>>,
  ports: Ports,
  signal: AbortSignal,
): Promise<boolean> {
  if ('list' in about || about.decision === null) return false;
  const key = knownKeys.decision(about.scope, about.media, about.decision);
  if (await ports.store.stat(key, signal)) return false;
  return !(await isOlder(knownKeys.revisit(name), writingMs, ports, signal));
}

const mediaGone = 'Media that this looks like was deleted.';

/** Applies what was decided, and adds the scans that it may go for. @returns the reason for those that are revised */
async function prepare(
  about: NonNullable<ReturnType<typeof parseRevisitName>>,
  scans: Set<string>,
  ports: Ports,
  signal: AbortSignal,
): Promise<string> {
  const { scope } = about;
  if ('list' in about) {
    for (const scan of await heirsOf(knownKeys.listHeirs(scope, about.list), ports, signal)) scans.add(scan);
    return 'A list of known media has changed.';
  }
  const { media, decision: id } = about;
  if (id === null) return mediaGone;
  const key = knownKeys.decision(scope, media, id);
  if (!(await ports.store.stat(keys.mediaRecord(media, scope), signal))) {
    // Written behind the deletion, by somebody whom the store did not tell of it. All else is the deletion's to remove.
    await ports.store.delete(key, signal);
    return mediaGone;
  }
  const decision = await readStored(ports.store, key, Decision, signal);
  if (decision) await applyDecision(decision, ports, signal);
  for (const scan of await heirsOf(knownKeys.heirs(scope, media), ports, signal)) scans.add(scan);
  for (const scan of await looksLike(scope, media, ports, signal)) scans.add(scan);
  return decision?.label
    ? 'A decision was made on media that this looks like.'
    : 'A decision on media that this looks like was taken back.';
}

/** Takes media that is gone out of a scan's earlier documents. */
async function dropAbout(
  scan: string,
  media: MediaId,
  result: Revisited,
  { store }: Ports,
  signal: AbortSignal,
): Promise<void> {
  const record = await readStored(store, keys.record(scan), ScanRecord, signal);
  if (!record) return;
  if (await store.stat(keys.openScan(scan), signal)) result.waits = true;
  await forgetSource(scan, media, store, signal);
  const holds = await dropRevisionsAbout(record, media, store, signal);
  result.held.push(...holds.slice(0, 1).map(({ id, reason }) => ({ media: record.media, hold: id, reason })));
}

async function heirsOf(prefix: string, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<string[]> {
  const scans: string[] = [];
  for await (const { key } of store.list(prefix, signal)) scans.push(key.slice(prefix.length));
  return scans;
}

/** Scans of media that looks like this one and was there before it, so that nothing is noted with it. */
async function looksLike(tenant: string, media: MediaId, ports: Ports, signal: AbortSignal): Promise<string[]> {
  const record = await readKnownRecord({ tenant, media }, ports, signal);
  if (!record || !ports.known || tenant === sharedScope) return [];
  const duration = record.type === 'vpdq' ? record.durationSeconds : null;
  const others: MediaId[] = [];
  for (const { item } of await ports.known.findLooks([tenant], record.frames.map(frameOf), duration)) {
    const { source } = item.entry;
    if (source.kind === 'media' && source.media !== media) others.push(source.media);
  }
  const scans = await Promise.all(others.map((other) => scansOf({ tenant, media: other }, ports, signal)));
  return scans.flatMap((some) => [...some]);
}
