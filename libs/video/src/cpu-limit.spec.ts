/** A child that has used up its CPU time is told apart from one that somebody killed: the first is the file's doing, the second may work next time. */
import { ToolProcess } from './ffmpeg-process';

const signal = new AbortController().signal;
const endless = ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=50', '-f', 'null', '-'];

it('ends by itself when its CPU time is over, and says that it was that', async () => {
  const child = new ToolProcess('ffmpeg', endless, { timeoutMs: null, cpuSeconds: 1, maxPixels: 1280 * 720 }, signal);
  expect(await child.ended).toMatchObject({ timedOut: true, killed: false });
});

it('is killed when somebody kills it before', async () => {
  const child = new ToolProcess('ffmpeg', endless, { timeoutMs: null, cpuSeconds: 600, maxPixels: 1280 * 720 }, signal);
  process.kill(-pidOf(child), 'SIGKILL');
  expect(await child.ended).toMatchObject({ timedOut: false, killed: true });
});

it('is killed when somebody tells it to end', async () => {
  const child = new ToolProcess('ffmpeg', endless, { timeoutMs: null, cpuSeconds: 600, maxPixels: 1280 * 720 }, signal);
  // Once it heeds it.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  process.kill(-pidOf(child), 'SIGTERM');
  expect(await child.ended).toMatchObject({ timedOut: false, killed: true });
});

function pidOf(child: ToolProcess): number {
  const { pid } = Reflect.get(child, 'child') as { pid: number };
  return pid;
}
