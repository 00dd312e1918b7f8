import { ScanRecord, Verdict, type VerdictHistory, VerdictSignature } from '@assay/contracts';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists } from '../scan-state';
import { canonicalJson } from '../signing/canonical-json';
import { readStored, writeStored } from '../stored';
import { knownKeys } from './known-keys';
import { labelOf } from './label-of';

const firstRevision = 1;
/** Whoever drew a consequence comes back to it within minutes, and events are told apart for days: in between, ms. */
const unfinishedMs = 24 * 3_600_000;

/**
 * Puts a new document in the place of a published verdict, keeps the old one with its signature, signs the new one, and
 * tells whoever is to be told. Only what is said of known media may differ: a measurement is never revised.
 *
 * Cut off at any point it is done again by whoever drew the consequence: see `revisit`.
 */
export async function reviseVerdict(
  scan: ScanRecord,
  revised: Verdict,
  reason: string,
  ports: Ports,
  signal: AbortSignal,
): Promise<Verdict> {
  const { store } = ports;
  const before = await store.get(keys.verdict(scan.id), signal);
  const signature = await store.get(keys.signature(scan.id), signal);
  const number = revised.revision?.number ?? firstRevision;
  const json = { contentType: 'application/json', ifAbsent: true };
  if (before) await store.put(knownKeys.revision(scan.id, number), before, json, signal);
  if (signature) await store.put(knownKeys.revisionSignature(scan.id, number), signature, json, signal);
  const at = new Date().toISOString();
  const verdict = Verdict.parse({ ...revised, revision: { number: number + 1, at, reason } });
  await store.put(keys.verdict(scan.id), canonicalJson(verdict), { contentType: 'application/json' }, signal);
  await assertMediaExists(scan, ports, signal);
  await ports.signer?.sign(scan.id, store, signal);
  // Its time stays that of the end: by that it ages, and is found by those who ask for what was judged since.
  const record: ScanRecord = { ...scan, ...(await labelOf(scan, verdict.knownMedia, ports, signal)) };
  await writeStored(store, keys.record(scan.id), record, { ifAbsent: false }, signal);
  await assertMediaExists(scan, ports, signal);
  await ports.index.relabel(scan.id, { label: record.label ?? null, labelSource: record.labelSource ?? null });
  await ports.outbox?.tellRevision({ ...record, updatedAt: at }, number + 1, signal);
  ports.log.info({ scan: scan.id, revision: number + 1, reason }, 'verdict revised');
  return verdict;
}

/** Signs and tells a revision whose writer was cut off behind the document. Does nothing that was done. */
export async function finishRevision(
  scan: string,
  { revision }: Verdict,
  ports: Pick<Ports, 'store' | 'signer' | 'outbox'>,
  signal: AbortSignal,
): Promise<void> {
  if (!revision || Date.now() - Date.parse(revision.at) > unfinishedMs) return;
  await ports.signer?.sign(scan, ports.store, signal);
  const record = await readStored(ports.store, keys.record(scan), ScanRecord, signal);
  if (record) await ports.outbox?.tellRevision({ ...record, updatedAt: revision.at }, revision.number, signal);
}

/** All that was published for a scan, oldest first; null when there is no verdict. */
export async function verdictHistory(
  scan: string,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<VerdictHistory | null> {
  const current = await readStored(store, keys.verdict(scan), Verdict, signal);
  if (!current) return null;
  const earlier: Verdict[] = [];
  for (let number = firstRevision; number < (current.revision?.number ?? firstRevision); number += 1) {
    const verdict = await readStored(store, knownKeys.revision(scan, number), Verdict, signal);
    if (verdict) earlier.push(verdict);
  }
  const revisions = [...earlier, current].map((verdict) => ({
    number: verdict.revision?.number ?? firstRevision,
    at: verdict.revision?.at ?? verdict.createdAt,
    reason: verdict.revision?.reason ?? 'Published.',
    current: verdict === current,
  }));
  return { scan, revisions };
}

/** One of them as it was published, byte for byte, with its signature; null when it is not kept. */
export async function readRevision(
  { scan, revision }: { scan: string; revision: number },
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<{ body: Buffer; signature: VerdictSignature | null } | null> {
  const current = await readStored(store, keys.verdict(scan), Verdict, signal);
  const isCurrent = (current?.revision?.number ?? firstRevision) === revision;
  const [bodyKey, signatureKey] = isCurrent
    ? [keys.verdict(scan), keys.signature(scan)]
    : [knownKeys.revision(scan, revision), knownKeys.revisionSignature(scan, revision)];
  const body = await store.get(bodyKey, signal);
  return body && { body, signature: await readStored(store, signatureKey, VerdictSignature, signal) };
}
