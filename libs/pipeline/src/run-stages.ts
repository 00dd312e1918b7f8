import {
  accepted,
  type Outcome,
  Plan,
  Probe,
  type ScanId,
  type ScanRecord,
  type SegmentResult,
  Verdict,
} from '@assay/contracts';
import { judgeSegments } from '@assay/forensics';
import type { Probed } from '@assay/video';
import { keys } from './keys';
import { mockScan } from './mock/mock-scan';
import type { Ports } from './ports';
import { type Partial, Progress } from './progress';
import { leavingNothing, type LoadedScan, loadRecord, loadScan } from './scan-state';
import { chargeVideo } from './quotas/charge-video';
import { credentials } from './stages/credentials';
import { judge, readSegments, reject } from './stages/judge';
import { look } from './stages/look';
import { plan as planStage } from './stages/plan';
import { probe as probeStage } from './stages/probe';
import { publish } from './stages/publish';
import { readDerived, readStored } from './stored';
import { whileOpen } from './while-open';

/** What a plan job ends with: segments to look at, or a scan that has its verdict already. */
export type Planned = { done: false; plan: Plan; record: ScanRecord } | { done: true; verdict: Verdict };

/**
 * Probe and plan; the tenant's quota is asked between planning and looking. A rejection is judged and published here, as there is nothing to look at.
 *
 * @param begun a probe of the same bytes that is under way already
 * @throws ScanGoneError when the media was deleted or the scan cancelled
 * @throws QuotaExceededError when there are too few minutes left for it
 * @throws FileRemovedError when the bytes of the media are not there
 */
export function planScan(
  scan: ScanId,
  ports: Ports,
  signal: AbortSignal,
  begun?: Promise<Outcome<Probed>>,
): Promise<Planned> {
  return whileOpen(scan, ports, signal, (stop) => probeAndPlan(scan, ports, stop, begun));
}

async function probeAndPlan(
  scan: ScanId,
  ports: Ports,
  signal: AbortSignal,
  begun?: Promise<Outcome<Probed>>,
): Promise<Planned> {
  const known = await readStored(ports.store, keys.verdict(scan), Verdict, signal);
  if (known) return finished(accepted(known), ports, signal);
  const progress = new Progress(scan, ports);
  await progress.report('probe', 0);
  if (ports.mock) return finished(await mockScan(scan, ports, progress, signal), ports, signal);
  const loaded = await loadScan(scan, ports, signal);
  const { record } = loaded;
  return leavingNothing(record, ports, signal, async () => {
    const planned = await planOf(loaded, progress, ports, signal, begun);
    if (!planned.ok) return finished(await reject(scan, planned.rejection, ports, signal), ports, signal);
    await ports.index.update(scan, { segments: planned.value.segments.length });
    return { done: false, plan: planned.value, record };
  });
}

async function planOf(
  loaded: LoadedScan,
  progress: Progress,
  ports: Ports,
  signal: AbortSignal,
  begun?: Promise<Outcome<Probed>>,
): Promise<Outcome<Plan>> {
  const { record } = loaded;
  const probed = await probeStage(record, ports, signal, begun);
  if (!probed.ok) return probed;
  await progress.report('plan', 0);
  const planned = await planAndRead(loaded, probed.value, ports, signal);
  if (planned.ok) await chargeVideo(record, probed.value.probe, ports, signal);
  return planned;
}

/** Plan and Content Credentials, side by side: one waits for ffprobe, the other for a process that starts. */
async function planAndRead(
  loaded: LoadedScan,
  probed: Probed,
  ports: Ports,
  signal: AbortSignal,
): Promise<Outcome<Plan>> {
  const stop = new AbortController();
  const reading = credentials(loaded.record, probed.probe, ports, AbortSignal.any([signal, stop.signal]));
  reading.catch(() => undefined);
  try {
    const planned = await planStage(loaded, probed, ports, signal);
    if (planned.ok) await reading;
    return planned;
  } finally {
    // However planning ends, no process is left behind.
    stop.abort();
    await reading.catch(() => undefined);
  }
}

/**
 * Looks at one segment and tells how far the whole scan is, with the best answer so far.
 *
 * @throws ScanGoneError when the media was deleted or the scan cancelled, which stops the work at once
 */
export function lookAtPart(
  part: { scan: ScanId; segment: number },
  ports: Ports,
  signal: AbortSignal,
): Promise<SegmentResult> {
  return whileOpen(part.scan, ports, signal, (stop) => lookAndTell(part, ports, stop));
}

async function lookAndTell(
  { scan, segment }: { scan: ScanId; segment: number },
  ports: Ports,
  signal: AbortSignal,
): Promise<SegmentResult> {
  const progress = new Progress(scan, ports);
  const before = await ports.index.get(scan);
  const segments = Math.max(1, before?.segments ?? 1);
  const doneBefore = before?.segmentsDone ?? 0;
  await progress.report('look', doneBefore / segments);
  const result = await look({ scan, segment }, ports, signal, (fraction) => {
    void progress.report('look', (doneBefore + fraction) / segments);
  });
  const done = await ports.index.markSegmentDone(scan, segment);
  // Behind the last one comes the verdict.
  const partial = done < segments ? await partialAnswer(scan, done, ports, signal) : null;
  await progress.report('look', done / segments, partial);
  return result;
}

/**
 * Judge and publish.
 *
 * @throws ScanGoneError when the media was deleted or the scan cancelled
 */
export function finishScan(scan: ScanId, ports: Ports, signal: AbortSignal): Promise<Verdict> {
  return whileOpen(scan, ports, signal, async (stop) => {
    await new Progress(scan, ports).report('judge', 0);
    const record = await loadRecord(scan, ports, stop);
    return leavingNothing(
      record,
      ports,
      stop,
      async () => (await finished(await judge(scan, ports, stop), ports, stop)).verdict,
    );
  });
}

async function finished(outcome: Outcome<Verdict>, ports: Ports, signal: AbortSignal) {
  // Judging never rejects: a rejection is itself a verdict by now.
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  const record = await publish(outcome.value, ports, signal);
  const { verdict, probability, cost } = outcome.value;
  ports.log.info({ scan: record.id, verdict, probability, ms: cost.totalMs }, 'scan finished');
  return { done: true as const, verdict: outcome.value };
}

/**
 * Up to this many segments every one brings a new partial answer, later every this many: each reads all segments before
 * it, and an hour of video has thirty.
 */
const partialEvery = 8;

/** The best answer so far. A courtesy like all progress: it never fails the look that is done. */
async function partialAnswer(scan: ScanId, done: number, ports: Ports, signal: AbortSignal): Promise<Partial | null> {
  if (done > partialEvery && done % partialEvery !== 0) return null;
  try {
    const [{ policy, models }, probe, plan] = await Promise.all([
      loadScan(scan, ports, signal),
      readDerived(ports.store, keys.probe(scan), Probe, signal),
      readDerived(ports.store, keys.plan(scan), Plan, signal),
    ]);
    const segments = plan ? await readSegments(scan, plan, ports, signal) : [];
    if (!probe || !plan || segments.length === 0) return null;
    const { probability, tracks } = judgeSegments(segments, { probe, plan, policy, models });
    return { probability, faces: tracks.length, segmentsDone: done };
  } catch (error) {
    ports.log.warn({ scan, err: error }, 'no partial answer');
    return null;
  }
}
