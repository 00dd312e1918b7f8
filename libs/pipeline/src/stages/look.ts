import { Plan, Probe, type ScanId, SegmentResult } from '@assay/contracts';
import type { EvidencePicture } from '@assay/forensics';
import { PermanentError } from '../errors';
import { inLanes } from '../in-lanes';
import { keys } from '../keys';
import { ThumbnailHasher } from '../known/hash-thumbnails';
import type { Ports } from '../ports';
import { leavingNothing, loadScan } from '../scan-state';
import { readDerived, writeStored } from '../stored';
import { lookAtMedia } from './look-at-media';

/** Small objects over a network: the time of each is waiting. */
const picturesAtOnce = 8;

/**
 * Looks at one segment: decodes its frames, finds and scores faces. Leaves the pictures first and `segments/{n}.json`
 * last, so that a result in the store has all of its evidence.
 *
 * @param onProgress fraction of the segment, 0..1
 */
export async function look(
  { scan, segment }: { scan: ScanId; segment: number },
  ports: Ports,
  signal: AbortSignal,
  onProgress: (fraction: number) => void = () => undefined,
): Promise<SegmentResult> {
  const { store } = ports;
  const key = keys.segment(scan, segment);
  const known = await readDerived(store, key, SegmentResult, signal);
  if (known) return known;
  const [{ record, policy, models }, probe, plan] = await Promise.all([
    loadScan(scan, ports, signal),
    readDerived(store, keys.probe(scan), Probe, signal),
    readDerived(store, keys.plan(scan), Plan, signal),
  ]);
  const part = plan?.segments.find(({ index }) => index === segment);
  if (!probe || !plan || !part) throw new PermanentError(`Segment ${segment} is not in the plan of its scan.`);
  const context = { segment: part, plan, probe, policy };
  // Where nothing is looked up, nobody would read them.
  const thumbnails = ports.known ? new ThumbnailHasher(probe.durationSeconds) : null;
  return leavingNothing(record, ports, signal, async () => {
    const { result, evidence } = await lookAtMedia(record, models, context, ports, { onProgress, thumbnails }, signal);
    const keep = ({ name, jpeg }: EvidencePicture, stop: AbortSignal) =>
      store.put(keys.evidence(scan, name), jpeg, { contentType: 'image/jpeg' }, stop);
    await inLanes(evidence, picturesAtOnce, keep, signal);
    if (thumbnails) {
      const hashes = { schema: 'assay.frame-hashes/1', frames: thumbnails.stored() };
      await writeStored(store, keys.frameHashes(scan, segment), hashes, { ifAbsent: false }, signal);
    }
    await writeStored(store, key, result, { ifAbsent: false }, signal);
    return result;
  });
}
