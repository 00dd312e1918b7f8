import {
  Plan,
  Policy,
  Probe,
  type ScanId,
  SegmentResult,
  ShadowResult,
  Verdict,
  type VerdictTrack,
} from '@assay/contracts';
import { judgeSegments } from '@assay/forensics';
import { PermanentError, ScanGoneError } from '../errors';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { assertMediaExists, loadRecord } from '../scan-state';
import { lookAtMedia } from '../stages/look-at-media';
import { readDerived, readStored, writeStored } from '../stored';
import { readHistory } from './rollout-reader';

export interface Shadowed {
  result: ShadowResult;
  /** Null when it was done before. */
  tracks: VerdictTrack[] | null;
}

/**
 * Scores a scan that has its verdict once more, with a set on trial: the same frames, the same policy. The result lies apart; verdict,
 * record, index and events stay as they are. Parts that were looked at before an abort are used by the next try.
 *
 * @throws ScanGoneError when the media was deleted; ModelSetMissingError; the signal's reason
 */
export async function scoreInShadow(
  { scan, set }: { scan: ScanId; set: string },
  ports: Ports,
  signal: AbortSignal,
): Promise<Shadowed> {
  const { store } = ports;
  const known = await readDerived(store, keys.shadow(scan, set), ShadowResult, signal);
  if (known) {
    // A process that died in between left no mark.
    await keep(known, ports, signal);
    return { result: known, tracks: null };
  }
  const record = await loadRecord(scan, ports, signal);
  await assertMediaExists(record, ports, signal);
  const verdict = await readStored(store, keys.verdict(scan), Verdict, signal);
  const policy = await readStored(store, keys.policy(scan), Policy, signal);
  const probe = await readDerived(store, keys.probe(scan), Probe, signal);
  const plan = await readDerived(store, keys.plan(scan), Plan, signal);
  if (!verdict || !policy || !probe || !plan)
    throw new PermanentError('Only a scan that was looked at and judged has a shadow.');
  const models = await ports.modelSets.models(set, signal);
  const startedAt = performance.now();
  const segments: SegmentResult[] = [];
  for (const segment of plan.segments) {
    const key = keys.shadowPart(scan, set, segment.index);
    const done = await readDerived(store, key, SegmentResult, signal);
    if (done) {
      segments.push(done);
      continue;
    }
    const context = { segment, plan, probe, policy };
    const { result } = await lookAtMedia(record, models, context, ports, {}, signal);
    if (plan.segments.length > 1) await writeStored(store, key, result, { ifAbsent: false }, signal);
    segments.push(result);
  }
  const judgement = judgeSegments(segments, { probe, plan, policy, models });
  const result: ShadowResult = {
    schema: 'assay.shadow/1',
    scan,
    media: record.media,
    at: new Date().toISOString(),
    live: { set: verdict.method.modelSet, verdict: verdict.verdict, probability: verdict.probability },
    shadow: { set, verdict: judgement.verdict, probability: judgement.probability },
    milliseconds: performance.now() - startedAt,
  };
  await keep(result, ports, signal);
  await store.deletePrefix(keys.shadowParts(scan, set), signal);
  return { result, tracks: judgement.tracks };
}

/** The result first: who deletes the scan looks for marks by the sets that were ever in shadow, and not by what lies there. */
async function keep(result: ShadowResult, ports: Ports, signal: AbortSignal): Promise<void> {
  const { scan, shadow } = result;
  await writeStored(ports.store, keys.shadow(scan, shadow.set), result, { ifAbsent: false }, signal);
  await writeStored(ports.store, keys.shadowMark(shadow.set, scan), {}, { ifAbsent: false }, signal);
  try {
    await assertMediaExists(await loadRecord(scan, ports, signal), ports, signal);
  } catch (error) {
    if (error instanceof ScanGoneError) await removeShadows(scan, ports, signal);
    throw error;
  }
}

/**
 * Takes away what sets on trial said of a scan. Marks are looked for by every set that was ever in shadow: one that a process left
 * behind when it died names the scan and must go, too.
 */
export async function removeShadows(scan: ScanId, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<void> {
  const sets = new Set((await readHistory(store, signal)).flatMap(({ shadow }) => (shadow ? [shadow.set] : [])));
  for (const set of sets) await store.delete(keys.shadowMark(set, scan), signal);
  await store.deletePrefix(keys.shadowsOf(scan), signal);
}
