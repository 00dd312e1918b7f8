/**
 * Invariants, with real child processes: a call is answered once, with what the stage gave or threw; an abort reaches what runs,
 * with its reason, and what does not end is ended; an engine that dies fails what it had, at once, and tells; one that
 * was asked to close, or lost its parent, is gone.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, LaterError, PermanentError } from '@assay/pipeline';
import { until } from '../testing/until';
import type { Engine } from './engine';
import { EngineDiedError } from './engine-died-error';
import { EngineStartError, forkEngine } from './fork-engine';

jest.setTimeout(60_000);

const log = createLog({ level: 'silent', service: 'test' });
const folder = mkdtempSync(join(tmpdir(), 'assay-engine-'));
let engine: Engine | null = null;
afterEach(async () => {
  await engine?.close();
  engine = null;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The built server around stages that do what their payload says. */
const stages = `
  const { EngineServer } = require(${JSON.stringify(join(__dirname, '../../dist/engine/serve-engine.js'))});
  const { LaterError, PermanentError, createLog } = require('@assay/pipeline');
  const plan = {
    async run({ scan }, { signal, job }) {
      if (scan === 'job') return { videoSeconds: Number(job) };
      if (scan === 'pid') return { videoSeconds: process.pid };
      if (scan === 'later') throw new LaterError(77);
      if (scan === 'die') process.kill(process.pid, 'SIGKILL');
      if (scan === 'wait') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      if (scan === 'block') for (;;);
    },
    async exhausted({ scan }, error) {
      if (!(error instanceof PermanentError)) throw new Error('not what was sent');
    },
  };
  const engine = { processors: { plan }, tracing: null, metrics: async () => [{ name: 'x' }] };
  const server = new EngineServer(engine, createLog({ level: 'silent', service: 'test' }), (m) => process.send(m));
  process.on('message', (message) => (message.type === 'close' ? process.exit(0) : server.receive(message)));
  process.on('disconnect', () => process.exit(0));
  require(${JSON.stringify(join(__dirname, '../../dist/engine/end-with-parent.js'))}).endWithParent();
  process.send({ type: 'ready' });
`;

function scriptOf(source: string): string {
  const script = join(folder, `engine-${Math.random()}.cjs`);
  // Modules are found from here.
  writeFileSync(script, `require = require('node:module').createRequire(${JSON.stringify(__filename)});\n${source}`);
  return script;
}

async function start(source = stages, limits: { abortMs?: number; hangMs?: number } = {}): Promise<Engine> {
  engine = await forkEngine({ script: scriptOf(source), tracing: null, log, ...limits });
  return engine;
}

const context = (signal = new AbortController().signal, job = '7') => ({ signal, log, job });
const run = (of: Engine, scan: string, signal?: AbortSignal) =>
  of.processors.plan.run({ v: 1, scan } as never, context(signal));

describe('an engine in a process of its own', () => {
  it('answers with what the stage gave or threw', async () => {
    const own = await start();
    expect(await run(own, 'job')).toEqual({ videoSeconds: 7 });
    expect(await run(own, 'nothing')).toBeUndefined();
    const later = await run(own, 'later').catch((error: unknown) => error);
    expect(later).toBeInstanceOf(LaterError);
    expect(later).toMatchObject({ pauseMs: 77 });
    await own.processors.plan.exhausted?.({ v: 1, scan: 'x' } as never, new PermanentError('Never.'), context());
    expect(await own.metrics()).toEqual([{ name: 'x' }]);
  });

  it('ends what is aborted, with the reason', async () => {
    const own = await start();
    const controller = new AbortController();
    const waits = run(own, 'wait', controller.signal);
    controller.abort(new PermanentError('Enough.'));
    await expect(waits).rejects.toThrow(PermanentError);
    await expect(run(own, 'wait', controller.signal)).rejects.toThrow('Enough.');
    expect(await run(own, 'job')).toEqual({ videoSeconds: 7 });
  });

  it('is killed where a job does not end, and so gives it up', async () => {
    const own = await start(stages, { abortMs: 200 });
    const died = new Promise((resolve) => own.onDeath(resolve));
    await expect(run(own, 'block', AbortSignal.timeout(50))).rejects.toThrow(EngineDiedError);
    expect(await died).toBe('SIGKILL');
  });

  it('is killed where its loop stands still, and not before', async () => {
    const own = await start(stages, { hangMs: 1_500 });
    const died = new Promise((resolve) => own.onDeath(resolve));
    const since = performance.now();
    await expect(run(own, 'block')).rejects.toThrow(EngineDiedError);
    expect(await died).toBe('SIGKILL');
    expect(performance.now() - since).toBeGreaterThan(1_400);
  });

  it('ends with its parent, also where its loop stands still', async () => {
    const parent = join(folder, 'parent.cjs');
    writeFileSync(
      parent,
      `require = require('node:module').createRequire(${JSON.stringify(__filename)});
       const { forkEngine } = require(${JSON.stringify(join(__dirname, '../../dist/engine/fork-engine.js'))});
       const { createLog } = require('@assay/pipeline');
       const log = createLog({ level: 'silent', service: 'test' });
       forkEngine({ script: ${JSON.stringify(scriptOf(stages))}, tracing: null, log }).then(async ({ processors: { plan } }) => {
         const ask = (scan) => plan.run({ v: 1, scan }, { signal: new AbortController().signal, log, job: null });
         const { videoSeconds: pid } = await ask('pid');
         ask('block').catch(() => undefined);
         setTimeout(() => process.send(pid, () => process.kill(process.pid, 'SIGKILL')), 200);
       });`,
    );
    const [pid] = (await once(fork(parent), 'message')) as [number];
    expect(isAlive(pid)).toBe(true);
    await until(async () => !isAlive(pid));
  });

  it('fails all that it had when it dies, and whatever comes later', async () => {
    const own = await start();
    const waits = run(own, 'wait');
    await expect(run(own, 'die')).rejects.toThrow(EngineDiedError);
    await expect(waits).rejects.toThrow(EngineDiedError);
    await expect(run(own, 'job')).rejects.toThrow(EngineDiedError);
    expect(await own.metrics()).toEqual([]);
    // Also whoever asks only now is told.
    expect(await new Promise((resolve) => own.onDeath(resolve))).toBe('SIGKILL');
  });

  it('is gone when it was closed, without a death to tell of', async () => {
    const own = await start();
    const pid = (await run(own, 'pid'))?.videoSeconds ?? 0;
    let told = false;
    own.onDeath(() => (told = true));
    await own.close();
    await until(async () => !isAlive(pid));
    expect(told).toBe(false);
  });

  it('that does not start says how it ended', async () => {
    const failed = await start('process.exit(78)').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EngineStartError);
    expect(failed).toMatchObject({ code: 78 });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
