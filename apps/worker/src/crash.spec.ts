/**
 * Invariants, with built worker processes: a worker killed in the middle of a look leaves a scan that the next one
 * finishes, with exactly one verdict and no decoder left behind; one whose engine was killed fails its job at once, and goes;
 * a worker whose parent goes away goes as well.
 */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultTenant, Verdict } from '@assay/contracts';
import { keys, readStored, submitScan } from '@assay/pipeline';
import type { Job } from 'bullmq';
import { makeClip } from './testing/test-clip';
import { until } from './testing/until';
import { noAbort, setUpWorld, type World } from './testing/worker-setup';

/** Two starts with real models, and the lock of the killed worker in between. */
jest.setTimeout(300_000);

const entry = join(__dirname, '../dist/main.js');
let world: World;
const children: ChildProcess[] = [];

beforeAll(async () => {
  if (!existsSync(entry)) throw new Error('The worker is not built: run "npm run build:ts" first.');
  world = await setUpWorld();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.close();
});

async function startProcess(): Promise<ChildProcess> {
  const child = fork(entry, {
    env: { PATH: process.env['PATH'], ...world.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  await once(child, 'message');
  return child;
}

/** Decoders that work on our store. */
async function decoders(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes('ffmpeg') && line.includes(world.root));
}

async function childrenOf(worker: ChildProcess): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,ppid']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === worker.pid).flatMap(([pid]) => (pid === undefined ? [] : [pid]));
}

const recordOf = (scan: string) => world.ports.index.get(scan);

describe('kill -9 of a worker in the middle of a look', () => {
  it('costs no scan: the next worker finishes it, with one verdict', async () => {
    const clip = join(world.root, 'clip.mp4');
    // Long, so that it is not done before somebody has looked.
    await makeClip(clip, 33);
    const media = await world.takeIn(clip, 'clip.mp4');
    const first = await startProcess();
    const { scan } = await submitScan(world.ports, world.queues, { tenant: defaultTenant, media: media.id }, noAbort);
    await until(async () => ((await recordOf(scan.id))?.segmentsDone ?? 0) > 0);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect((await recordOf(scan.id))?.state).toBe('running');
    expect(await world.ports.store.stat(keys.verdict(scan.id), noAbort)).toBeNull();

    let verdicts = 0;
    const unsubscribe = await world.ports.index.subscribe(
      scan.id,
      ({ state }) => void (verdicts += Number(state === 'done')),
    );
    const second = await startProcess();
    const record = await until(async () => {
      const now = await recordOf(scan.id);
      return now && ['done', 'failed'].includes(now.state) ? now : null;
    });
    expect(record).toMatchObject({ state: 'done', verdict: 'inconclusive', segments: 9, segmentsDone: 9 });
    expect(await readStored(world.ports.store, keys.verdict(scan.id), Verdict, noAbort)).toMatchObject({
      reasons: [{ code: 'no_face' }],
      method: { contentSha256: media.id },
    });
    await until(async () => verdicts > 0);
    await unsubscribe();
    expect(verdicts).toBe(1);
    await until(async () => (await decoders()).length === 0);

    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
  });

  it('of its engine gives the job back at once, and the worker goes', async () => {
    const clip = join(world.root, 'engine.mp4');
    // Many looks, so that they are not over before somebody has looked.
    await makeClip(clip, 121);
    const media = await world.takeIn(clip, 'engine.mp4');
    const { scan } = await submitScan(world.ports, world.queues, { tenant: defaultTenant, media: media.id }, noAbort);
    let lost: Job | undefined;
    // Between two looks there is nothing to give back: then the next worker has to do.
    while (!lost) {
      const first = await startProcess();
      const [engine] = await childrenOf(first);
      await until(async () => (await world.queues.look.getActiveCount()) > 0);
      process.kill(engine ?? 0, 'SIGKILL');
      expect(await once(first, 'exit')).toEqual([1, null]);
      // No lock has to run out: nothing is held by a worker that is gone.
      expect(await world.queues.look.getActiveCount()).toBe(0);
      [lost] = await world.queues.look.getDelayed();
    }
    expect(lost).toMatchObject({ attemptsMade: 0, attemptsStarted: 1 });
    await until(async () => (await decoders()).length === 0);

    const second = await startProcess();
    await until(async () => (await recordOf(scan.id))?.state === 'done');
    expect(await readStored(world.ports.store, keys.verdict(scan.id), Verdict, noAbort)).toMatchObject({
      reasons: [{ code: 'no_face' }],
    });
    second.kill('SIGTERM');
    expect(await once(second, 'exit')).toEqual([0, null]);
  });

  it('and a worker with bad settings says so and does not start', async () => {
    const env = { PATH: process.env['PATH'], ...world.env, REDIS_URL: 'http://not-redis' };
    const child = fork(entry, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, 'exit')).toEqual([78, null]);
    expect(said).toContain('REDIS_URL');
  });

  it('and a worker whose parent is gone stops, with its decoders', async () => {
    const clip = join(world.root, 'orphan.mp4');
    await makeClip(clip, 16);
    const media = await world.takeIn(clip, 'orphan.mp4');
    const worker = await startProcess();
    const { scan } = await submitScan(world.ports, world.queues, { tenant: defaultTenant, media: media.id }, noAbort);
    await until(async () => (await recordOf(scan.id))?.stage === 'look');
    worker.disconnect();
    await once(worker, 'exit');
    await until(async () => (await decoders()).length === 0);
    expect(['queued', 'running']).toContain((await recordOf(scan.id))?.state);
  });
});
