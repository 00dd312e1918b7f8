import {
  type Hold,
  type KnownFinding,
  type KnownMediaFindings,
  type MediaId,
  ScanRecord,
  Verdict,
} from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { holdsOn } from '../keeping/holds';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists } from '../scan-state';
import { readStored, writeStored } from '../stored';
import { decisionHistory, knownDecisionOf } from './decisions';
import { forgetSource } from './forget-media';
import { findingsOf } from './inherit';
import { labelOf } from './label-of';
import { lookUpKnown } from './look-up-known';
import { isStillKnown, looksOfScan, noteHeir, readKnownRecord } from './remember';
import { finishRevision, reviseVerdict } from './revise-verdict';
import { knownKeys } from './known-keys';

/** Decisions may change while one is being drawn the consequences of; beyond this many rounds the next sweep goes on. */
const mostRounds = 5;

/**
 * Brings what a published verdict says of known media, and the label of its scan, to what holds now. Whatever changes while
 * this runs is seen by the last look, so that of two that run at once the one that ends later has it right.
 *
 * @param reason what a revision says of itself
 * @param options.lookAgain false: whatever was found before, as it is now, and nothing else
 * @returns whether the verdict was revised
 */
export async function settleScan(
  scan: string,
  reason: string,
  ports: Ports,
  signal: AbortSignal,
  { lookAgain = true } = {},
): Promise<boolean> {
  let revised = false;
  for (let round = 0; round < mostRounds; round += 1) {
    const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
    if (!record || record.state !== 'done') return revised;
    const verdict = await readStored(ports.store, keys.verdict(scan), Verdict, signal);
    if (!verdict) return revised;
    const now = await findingsNow(record, verdict, lookAgain, ports, signal);
    if (now && !(await saysTheSame(verdict.knownMedia, now, ports, signal))) {
      await noteHeir(record, now.matches, ports, signal);
      await reviseVerdict(record, { ...verdict, knownMedia: now }, reason, ports, signal);
      await dropRevisionsAboutGone(record, verdict.knownMedia, ports, signal);
      revised = true;
      continue;
    }
    await labelScan(record, now ?? verdict.knownMedia, ports, signal);
    if (!revised) await finishRevision(record.id, verdict, ports, signal);
    return revised;
  }
  return revised;
}

/** Earlier documents name what is gone; deletion leaves nothing that does, but for what is on hold. */
async function dropRevisionsAboutGone(
  scan: ScanRecord,
  before: KnownMediaFindings | null,
  { store }: Ports,
  signal: AbortSignal,
): Promise<void> {
  for (const match of before?.matches ?? []) {
    if (match.source.kind !== 'media' || (await isStillKnown(match, store, signal))) continue;
    await dropRevisionsAbout(scan, match.source.media, store, signal);
    await forgetSource(scan.id, match.source.media, store, signal);
  }
}

/**
 * Removes those earlier documents of a scan that name media.
 *
 * @returns what keeps them: nothing of a scan on hold is deleted
 */
export async function dropRevisionsAbout(
  scan: ScanRecord,
  media: MediaId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Hold[]> {
  for await (const { key } of store.list(knownKeys.revisions(scan.id), signal)) {
    if (key.endsWith('.sig.json')) continue;
    const body = await store.get(key, signal);
    if (!body?.includes(media)) continue;
    const holds = await holdsOn(scan, store, signal);
    if (holds.length > 0) return holds;
    await store.delete(key, signal);
    await store.delete(key.replace(/\.json$/, '.sig.json'), signal);
  }
  return [];
}

/** Writes the label down in store and index, where it is not there already. @throws ScanGoneError */
export async function labelScan(
  scan: ScanRecord,
  findings: KnownMediaFindings | null,
  ports: Pick<Ports, 'store' | 'index'>,
  signal: AbortSignal,
): Promise<void> {
  const label = await labelOf(scan, findings, ports, signal);
  const same = (scan.label ?? null) === label.label && (scan.labelSource ?? null) === label.labelSource;
  if (!same) {
    // Its end may have been written meanwhile.
    const now = (await readStored(ports.store, keys.record(scan.id), ScanRecord, signal)) ?? scan;
    await writeStored(ports.store, keys.record(scan.id), { ...now, ...label }, { ifAbsent: false }, signal);
    await assertMediaExists(scan, ports, signal);
  }
  await ports.index.relabel(scan.id, label);
}

async function findingsNow(
  scan: ScanRecord,
  { knownMedia }: Verdict,
  lookAgain: boolean,
  ports: Ports,
  signal: AbortSignal,
): Promise<KnownMediaFindings | null> {
  const { known } = ports;
  if (!known || knownMedia === null) return null;
  // What the stages left may have been kept for as long as it is to be; what is known of the media is kept longer.
  const looks = lookAgain
    ? ((await looksOfScan(scan, ports, signal)) ?? (await readKnownRecord(scan, ports, signal)))
    : null;
  const found = looks ? await lookUpKnown(scan, looks, { ...ports, known }, signal) : [];
  const names = new Set(found.map(nameOf));
  // What has given way to newer media is not searched any more; it was found once, and that stands.
  for (const match of knownMedia.matches) {
    if (names.has(nameOf(match))) continue;
    const still = await refreshed(match, ports, signal);
    if (still) found.push(still);
  }
  return findingsOf(found);
}

/** @returns null when what was known is gone */
async function refreshed(match: KnownFinding, { store }: Ports, signal: AbortSignal): Promise<KnownFinding | null> {
  const { source, scope } = match;
  if (!(await isStillKnown(match, store, signal))) return null;
  if (source.kind === 'list') return match;
  const { standing } = await decisionHistory({ tenant: scope, media: source.media }, store, signal);
  return { ...match, decision: knownDecisionOf(standing) };
}

/**
 * More media that looks like it, on which nobody has decided, is no reason to revise what was published: every upload of
 * something popular would revise all that came before. What is named no more, as other things take its place, is still known.
 */
async function saysTheSame(
  before: KnownMediaFindings | null,
  now: KnownMediaFindings,
  { store }: Ports,
  signal: AbortSignal,
): Promise<boolean> {
  if (before === null) return true;
  if (decisive(before) !== decisive(now)) return false;
  const names = new Set(now.matches.map(nameOf));
  for (const match of before.matches) {
    if (!names.has(nameOf(match)) && !(await isStillKnown(match, store, signal))) return false;
  }
  return true;
}

function decisive({ matches, inherited }: KnownMediaFindings): string {
  const decided = matches.filter(({ decision }) => decision !== null);
  const parts = decided.map((match) => [
    nameOf(match),
    match.relation,
    match.decision?.label,
    match.decision?.decision,
  ]);
  return JSON.stringify([inherited && [inherited.label, inherited.at], parts]);
}

function nameOf({ source, scope }: KnownFinding): string {
  return source.kind === 'list' ? `${scope} ${source.list} ${source.name}` : `${scope} ${source.media}`;
}
