import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { defaultTenant, type ScanRecord, type SegmentResult, Verdict } from '@assay/contracts';
import { decodeSegment, planFrames, probeMedia } from '@assay/video';
import { keys } from '../keys';
import { ThumbnailHasher } from '../known/hash-thumbnails';
import type { Ports } from '../ports';
import { intake } from '../stages/intake';
import { judge } from '../stages/judge';
import { publish } from '../stages/publish';
import { writeStored } from '../stored';
import { registerScan } from '../submit';
import { noAbort } from './test-ports';

/**
 * A scan of a real file from intake to publication, with its fingerprint as `look` takes it, and no faces: what known media
 * needs, without models.
 */
export async function scanLooks(
  path: string,
  ports: Ports,
  tenant = defaultTenant,
): Promise<{ scan: ScanRecord; verdict: Verdict }> {
  const taken = await intake(createReadStream(path), { tenant, name: basename(path) }, ports, noAbort);
  if (!taken.ok) throw new Error(taken.rejection.message);
  const { scan } = await registerScan(ports, { tenant, media: taken.value.media.id }, noAbort);
  await leaveLooks(scan, path, ports);
  const judged = await judge(scan.id, ports, noAbort);
  if (!judged.ok) throw new Error(judged.rejection.message);
  const record = await publish(judged.value, ports, noAbort);
  const body = await ports.store.get(keys.verdict(record.id), noAbort);
  return { scan: record, verdict: Verdict.parse(JSON.parse(String(body))) };
}

/** What probe, plan and the looks of a scan leave in the store. */
export async function leaveLooks({ id }: ScanRecord, path: string, ports: Ports): Promise<void> {
  const probed = await probeMedia(path, ports.limits, noAbort);
  if (!probed.ok) throw new Error(probed.rejection.message);
  const { probe } = probed.value;
  const policy = [...ports.policies.values()][0]!;
  const planned = await planFrames(path, probed.value, policy, noAbort);
  if (!planned.ok) throw new Error(planned.rejection.message);
  const plan = planned.value;
  await writeStored(ports.store, keys.probe(id), probe, { ifAbsent: false }, noAbort);
  await writeStored(ports.store, keys.plan(id), plan, { ifAbsent: false }, noAbort);
  for (const segment of plan.segments) {
    const thumbnails = new ThumbnailHasher(probe.durationSeconds);
    const framesSeconds: number[] = [];
    for await (const frame of decodeSegment(path, probe, plan, segment, noAbort, { thumbnails })) {
      framesSeconds.push(frame.seconds);
      frame.release();
    }
    const hashes = { schema: 'assay.frame-hashes/1', frames: thumbnails.stored() };
    await writeStored(ports.store, keys.frameHashes(id, segment.index), hashes, { ifAbsent: false }, noAbort);
    const result: SegmentResult = {
      schema: 'assay.segment/1',
      ...{ index: segment.index, startSeconds: segment.startSeconds, endSeconds: segment.endSeconds, framesSeconds },
      ...{ cutsSeconds: [], facesSeen: 0, facesTooSmall: 0, tracks: [], decodeError: null },
      cost: { decodeMs: 0, detectMs: 0, scoreMs: 0, cropsScored: 0 },
    };
    await writeStored(ports.store, keys.segment(id, segment.index), result, { ifAbsent: false }, noAbort);
  }
}
