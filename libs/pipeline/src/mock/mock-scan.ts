import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepted, MediaRecord, type Outcome, type ScanId, type ScanRecord, type Verdict } from '@assay/contracts';
import { type ModelSet, renderTimelineSvg } from '@assay/forensics';
import { PermanentError } from '../errors';
import { keys } from '../keys';
import { findingsOf } from '../known/inherit';
import type { Ports } from '../ports';
import type { Progress } from '../progress';
import { loadScan } from '../scan-state';
import { keepFirst, reject } from '../stages/judge';
import { readStored } from '../stored';
import { judgedVerdict } from '../verdict-document';
import { version } from '../version';
import { mockModelSet } from './mark-mock';
import { mockCrop, mockJudgement, mockOverlay, mockPicture, mockProbe } from './mock-judgement';
import { directiveBytes, type MockOutcome, mockOutcomeOf } from './mock-outcome';

/** In place of the models that ship. */
export const mockModels: ModelSet = { dir: '', entries: [], digest: mockModelSet, uses: [] };

/** In place of the versions of ffmpeg and onnxruntime. */
export const mockTools = { mock: version };

const plotName = 'timeline.svg';
/** Steps in which a slow scan tells how far it is. */
const progressEveryMs = 250;

/**
 * What probe, plan, look and judge come to in mock mode: a fixed verdict, marked as such, by the wish that the media
 * carries (`mockOutcomeOf`). No model, no decoder.
 *
 * @throws PermanentError when the wish is a scan that fails
 */
export async function mockScan(
  scan: ScanId,
  ports: Ports,
  progress: Progress,
  signal: AbortSignal,
): Promise<Outcome<Verdict>> {
  const loaded = await loadScan(scan, ports, signal);
  const { end, seconds } = await mockWish(loaded.record, ports, signal);
  for (let waitedMs = 0; waitedMs < seconds * 1000; waitedMs += progressEveryMs) {
    await progress.report('look', waitedMs / (seconds * 1000));
    await sleep(progressEveryMs, undefined, { signal });
  }
  if (end === 'failed') throw new PermanentError('Mock mode: this scan was to fail.');
  if ('rejection' in end) {
    return reject(scan, { code: end.rejection, message: 'Mock mode: this file was to be rejected.' }, ports, signal);
  }
  const judgement = mockJudgement(end.label);
  const plot = renderTimelineSvg(judgement, mockProbe, loaded.policy.thresholds);
  for (const name of [mockCrop, mockOverlay]) {
    await ports.store.put(keys.evidence(scan, name), mockPicture, { contentType: 'image/jpeg' }, signal);
  }
  if (plot) await ports.store.put(keys.evidence(scan, plotName), plot, { contentType: 'image/svg+xml' }, signal);
  const verdict = judgedVerdict({
    ...loaded,
    probe: mockProbe,
    credentials: null,
    segments: [],
    judgement,
    timelinePlot: plot ? plotName : null,
    knownMedia: findingsOf([]),
    tools: mockTools,
  });
  return accepted(await keepFirst(verdict, loaded, ports, signal));
}

/** Whether this try of a delivery is to reach nobody, so that a receiver's own tests see a second one come. */
export async function isMockLoss(
  { tries, event }: { tries: number; event: { data: object } },
  ports: Pick<Ports, 'store' | 'mediaFiles'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { media, tenant } = event.data as Partial<Pick<ScanRecord, 'media' | 'tenant'>>;
  if (tries > 0 || media === undefined || tenant === undefined) return false;
  return (await mockWish({ media, tenant }, ports, signal)).losesFirstDelivery;
}

async function mockWish(
  { media, tenant }: Pick<ScanRecord, 'media' | 'tenant'>,
  { store, mediaFiles }: Pick<Ports, 'store' | 'mediaFiles'>,
  signal: AbortSignal,
): Promise<MockOutcome> {
  const record = await readStored(store, keys.mediaRecord(media, tenant), MediaRecord, signal);
  const file = await mediaFiles.open(keys.media(media), signal);
  try {
    return mockOutcomeOf({ id: media, name: record?.name ?? null }, file ? await headOf(file.path) : '');
  } finally {
    await file?.release();
  }
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(directiveBytes), 0, directiveBytes, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
