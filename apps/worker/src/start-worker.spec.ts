/**
 * Invariants, with real Redis, ffmpeg and models: what goes through the queue ends as the same verdict document as the
 * in-process scan; what cannot be looked at ends as a published rejection; deleting media under a running scan leaves
 * nothing; progress never goes back.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultTenant, type ScanEvent, Verdict } from '@assay/contracts';
import { modelsFor } from '@assay/forensics';
import { compareVerdicts, createPorts, deleteMedia, keys, readStored, scanFile, submitScan } from '@assay/pipeline';
import { openEngine } from './engine/open-engine';
import { type RunningWorker, startWorker } from './start-worker';
import { makeClip } from './testing/test-clip';
import { until } from './testing/until';
import { noAbort, setUpWorld, type World } from './testing/worker-setup';

/** Real models on a machine that does other things as well. */
jest.setTimeout(240_000);

let world: World;
let worker: RunningWorker;

beforeAll(async () => {
  world = await setUpWorld();
  worker = await startWorker(world.config, world.log, openEngine);
});
afterAll(async () => {
  await worker.close({ drainMs: 0 });
  await world.close();
});

async function submit(path: string, name: string) {
  const media = await world.takeIn(path, name);
  const { scan } = await submitScan(world.ports, world.queues, { tenant: defaultTenant, media: media.id }, noAbort);
  return { media, scan };
}

const ended = (scan: string) =>
  until(async () => {
    const record = await world.ports.index.get(scan);
    return record && ['done', 'failed'].includes(record.state) ? record : null;
  });
const verdictOf = (scan: string) => readStored(world.ports.store, keys.verdict(scan), Verdict, noAbort);

describe('a worker', () => {
  it('gives the verdict that the in-process scan gives', async () => {
    const clip = join(world.root, 'clip.mp4');
    await makeClip(clip, 9);
    const media = await world.takeIn(clip, 'clip.mp4');
    const events: ScanEvent[] = [];
    const wanted = { tenant: defaultTenant, media: media.id, priority: 'live' as const };
    const { scan } = await submitScan(world.ports, world.queues, wanted, noAbort);
    const unsubscribe = await world.ports.index.subscribe(scan.id, (event) => void events.push(event));
    const record = await ended(scan.id);
    await until(async () => events.some(({ state }) => state === 'done'));
    await unsubscribe();
    expect(record).toMatchObject({
      state: 'done',
      percent: 100,
      verdict: 'inconclusive',
      segments: 3,
      segmentsDone: 3,
    });
    const verdict = await verdictOf(scan.id);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', file: 'clip.mp4', reasons: [{ code: 'no_face' }] });
    const percents = events.map(({ percent }) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(events.some(({ partial }) => partial?.segmentsDone === 2)).toBe(true);

    const ports = await createPorts({ ...world.config, redisUrl: null, dataDir: join(world.root, 'local') }, world.log);
    const local = await scanFile(clip, { name: clip, ports }, noAbort);
    await ports.close();
    if (!verdict) throw new Error('unreachable');
    expect(compareVerdicts(verdict, local.verdict)).toEqual([]);

    const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${worker.metricsPort}/metrics`)).text();
    // Counted once all is published.
    const metrics = await until(async () => {
      const text = await scrape();
      return /^assay_scan_work_seconds_count\{step="decode"\} 1$/m.test(text) ? text : null;
    });
    expect(metrics).toMatch(/^assay_frames_total [1-9]/m);
    expect(metrics).toMatch(/^assay_scan_duration_seconds_count\{lane="live"\} 1$/m);
    expect(metrics).toMatch(/^assay_scan_duration_seconds_count\{lane="backfill"\} 0$/m);
    const [, seconds] = /^assay_scan_duration_seconds_sum\{lane="live"\} (\S+)$/m.exec(metrics) ?? [];
    const took = Date.parse(record.updatedAt) - Date.parse(record.createdAt);
    expect(1000 * Number(seconds)).toBeCloseTo(took, 3);
    const [detector] = modelsFor(world.ports.models, 'face-detector');
    expect(metrics).toMatch(
      new RegExp(`^assay_inference_seconds_total\\{step="detect",model="${detector!.id}"\\} \\S`, 'm'),
    );
    // A folder is read in place.
    expect(metrics).toMatch(/^assay_store_read_bytes_total 0$/m);
    expect(metrics).toMatch(/^assay_jobs_total\{queue="look",outcome="completed"\} 3$/m);
  });

  it('publishes a rejection like any other verdict', async () => {
    const text = join(world.root, 'notes.mp4');
    await writeFile(text, 'This is text, whatever its name says.\n'.repeat(50));
    const { scan, media } = await submit(text, 'notes.mp4');
    expect(await ended(scan.id)).toMatchObject({ state: 'done', verdict: 'rejected', failure: null });
    expect(await verdictOf(scan.id)).toMatchObject({
      verdict: 'rejected',
      media: media.id,
      reasons: [{ code: 'rejected' }],
      rejection: { code: 'not_media' },
    });
  });

  it('gives a verdict on the rest when one part could not be looked at', async () => {
    const clip = join(world.root, 'partly.mp4');
    await makeClip(clip, 7);
    const { scan } = await submit(clip, 'partly.mp4');
    // Where the second segment's result belongs, something is in the way: a fault of the disk, not of the media.
    const inTheWay = join(world.config.dataDir, 'store', keys.segment(scan.id, 1), 'in-the-way');
    await mkdir(inTheWay, { recursive: true });
    const failed = await until(() => world.queues.look.getFailed().then(([job]) => job));
    expect(failed.data).toMatchObject({ v: 1, scan: scan.id, segment: 1 });
    expect(await ended(scan.id)).toMatchObject({ state: 'done', verdict: 'inconclusive' });
    expect((await verdictOf(scan.id))?.reasons.map(({ code }) => code)).toContain('partly_unreadable');
  });

  it('leaves nothing of media that is deleted while it is being looked at', async () => {
    const clip = join(world.root, 'deleted.mp4');
    await makeClip(clip, 13);
    const { scan, media } = await submit(clip, 'deleted.mp4');
    await until(async () => (await world.ports.index.get(scan.id))?.stage === 'look');
    await deleteMedia(world.ports, world.queues, { tenant: defaultTenant, media: media.id }, noAbort);
    const queues = [world.queues.plan, world.queues.look, world.queues.judge];
    await until(async () => {
      const counts = await Promise.all(
        queues.map((queue) => queue.getJobCounts('active', 'waiting', 'waiting-children')),
      );
      return counts.every((count) => Object.values(count).every((jobs) => jobs === 0));
    });
    expect(await world.ports.index.get(scan.id)).toBeNull();
    const left: string[] = [];
    for await (const { key } of world.ports.store.list('', noAbort)) {
      if (key.includes(scan.id) || key.includes(media.id)) left.push(key);
    }
    expect(left).toEqual([]);
  });
});
