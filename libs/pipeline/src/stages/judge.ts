import {
  accepted,
  CredentialsReading,
  type KnownMediaFindings,
  type Outcome,
  Plan,
  Probe,
  type Rejection,
  type ScanId,
  SegmentResult,
  Verdict,
} from '@assay/contracts';
import { judgeSegments, renderTimelineSvg } from '@assay/forensics';
import { NothingSeenError, PermanentError } from '../errors';
import { keys } from '../keys';
import { findingsOf } from '../known/inherit';
import { lookUpKnown } from '../known/look-up-known';
import { looksOfScan, noteHeir } from '../known/remember';
import { asMock } from '../mock/mark-mock';
import type { Ports } from '../ports';
import { assertMediaExists, loadScan, type LoadedScan, withdrawVerdict } from '../scan-state';
import { canonicalJson } from '../signing/canonical-json';
import { readDerived, readStored } from '../stored';
import { judgedVerdict, rejectedVerdict } from '../verdict-document';

/** Name of the plot under the scan's evidence. */
const timelineName = 'timeline.svg';

/**
 * Makes the verdict from what lies in the store, never from what jobs returned. The first verdict written stays: a
 * second judge gets that one back.
 *
 * @throws NothingSeenError when not one segment was looked at
 */
export async function judge(scan: ScanId, ports: Ports, signal: AbortSignal): Promise<Outcome<Verdict>> {
  const { store } = ports;
  const known = await readStored(store, keys.verdict(scan), Verdict, signal);
  if (known) return accepted(known);
  const [loaded, probe, plan, credentials] = await Promise.all([
    loadScan(scan, ports, signal),
    readDerived(store, keys.probe(scan), Probe, signal),
    readDerived(store, keys.plan(scan), Plan, signal),
    readDerived(store, keys.credentials(scan), CredentialsReading, signal),
  ]);
  if (!probe || !plan) throw new PermanentError('A scan without a plan cannot be judged.');
  const segments = await readSegments(scan, plan, ports, signal);
  if (segments.length === 0) throw new NothingSeenError();
  const judgement = judgeSegments(segments, { probe, plan, policy: loaded.policy, models: loaded.models });
  const plot = renderTimelineSvg(judgement, probe, loaded.policy.thresholds);
  if (plot) await store.put(keys.evidence(scan, timelineName), plot, { contentType: 'image/svg+xml' }, signal);
  const knownMedia = await knownMediaOf(loaded, ports, signal);
  const verdict = judgedVerdict({
    ...loaded,
    probe,
    credentials,
    segments,
    judgement,
    timelinePlot: plot ? timelineName : null,
    tools: await ports.tools(signal),
    knownMedia,
  });
  return accepted(await keepFirst(verdict, loaded, ports, signal));
}

/** What is known of it; null where nothing is to be looked up. Noted with what it is compared to before the verdict is there. */
async function knownMediaOf(
  { record }: LoadedScan,
  ports: Ports,
  signal: AbortSignal,
): Promise<KnownMediaFindings | null> {
  const { known } = ports;
  if (!known) return null;
  const looks = await looksOfScan(record, ports, signal);
  if (!looks) return null;
  const findings = findingsOf(await lookUpKnown(record, looks, { ...ports, known }, signal));
  await noteHeir(record, findings.matches, ports, signal);
  return findings;
}

/** The verdict on media that was not looked at: published like any other. */
export async function reject(
  scan: ScanId,
  rejection: Rejection,
  ports: Ports,
  signal: AbortSignal,
): Promise<Outcome<Verdict>> {
  const known = await readStored(ports.store, keys.verdict(scan), Verdict, signal);
  if (known) return accepted(known);
  const loaded = await loadScan(scan, ports, signal);
  const verdict = rejectedVerdict({
    scan,
    media: loaded.record.media,
    name: loaded.record.name,
    rejection,
    policy: loaded.policy,
    models: loaded.models,
    tools: await ports.tools(signal),
    startedAt: loaded.record.createdAt,
  });
  return accepted(await keepFirst(verdict, loaded, ports, signal));
}

/** Segments that were looked at, in order; those whose attempts were used up are missing. */
export async function readSegments(
  scan: ScanId,
  plan: Plan,
  ports: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<SegmentResult[]> {
  const results: SegmentResult[] = [];
  for (const { index } of plan.segments) {
    const result = await readDerived(ports.store, keys.segment(scan, index), SegmentResult, signal);
    if (result) results.push(result);
  }
  return results;
}

/** Writes a verdict down, unless there is one: then that one it is. */
export async function keepFirst(
  made: Verdict,
  { record }: Pick<LoadedScan, 'record'>,
  ports: Ports,
  signal: AbortSignal,
): Promise<Verdict> {
  const verdict = ports.mock ? asMock(made) : made;
  const key = keys.verdict(record.id);
  // Parsed on the way out: a verdict that does not follow its own schema must never be published.
  // Canonical, so that who reads the bytes as they are can check the signature without making them so.
  const body = canonicalJson(Verdict.parse(verdict));
  const written = await ports.store.put(key, body, { contentType: 'application/json', ifAbsent: true }, signal);
  await assertMediaExists(record, ports, signal);
  if ((await ports.index.get(record.id))?.state === 'cancelled') return withdrawVerdict(record.id, ports, signal);
  if (written === 'written') return verdict;
  return (await readStored(ports.store, key, Verdict, signal)) ?? verdict;
}
