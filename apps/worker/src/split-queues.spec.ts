/**
 * Invariant, with real Redis, ffmpeg and models: a worker that looks and one that judges end a scan together, and only the one that looks
 * loads models.
 */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { defaultTenant } from '@assay/contracts';
import { createLog, loadConfig, submitScan } from '@assay/pipeline';
import { openEngine } from './engine/open-engine';
import { type RunningWorker, startWorker } from './start-worker';
import { makeClip } from './testing/test-clip';
import { until } from './testing/until';
import { noAbort, setUpWorld, type World } from './testing/worker-setup';

jest.setTimeout(240_000);

let world: World;
const workers: RunningWorker[] = [];
const lines = { looks: [] as string[], judges: [] as string[] };

beforeAll(async () => {
  world = await setUpWorld();
  for (const [name, queues] of [
    ['looks', 'plan,look,shadow'],
    ['judges', 'judge,sweep'],
  ] as const) {
    const to = new Writable({
      write(line, _encoding, done) {
        lines[name].push(String(line));
        done();
      },
    });
    const log = createLog({ level: 'info', service: name, to });
    workers.push(await startWorker(loadConfig({ ...world.env, ASSAY_QUEUES: queues }), log, openEngine));
  }
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close({ drainMs: 0 })));
  await world.close();
});

it('one worker looks, another judges', async () => {
  const clip = join(world.root, 'clip.mp4');
  await makeClip(clip, 5);
  const media = await world.takeIn(clip, 'clip.mp4');
  const { scan } = await submitScan(world.ports, world.queues, { tenant: defaultTenant, media: media.id }, noAbort);
  const record = await until(async () => {
    const found = await world.ports.index.get(scan.id);
    return found && ['done', 'failed'].includes(found.state) ? found : null;
  });
  expect(record).toMatchObject({ state: 'done', verdict: 'inconclusive' });
  const judged = (name: keyof typeof lines) => lines[name].filter((line) => line.includes('scan finished'));
  const [line] = await until(async () => (judged('judges').length > 0 ? judged('judges') : null));
  expect(line).toContain(scan.id);
  expect(judged('looks')).toEqual([]);
  const loaded = (name: keyof typeof lines) => lines[name].some((line) => line.includes('models loaded'));
  expect([loaded('looks'), loaded('judges')]).toEqual([true, false]);
});
