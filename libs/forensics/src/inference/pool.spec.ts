import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModels } from '../models/load-models';
import { ModelSet } from '../models/model-set';
import { scene, tinyModelsDir } from '../testing/tiny-scene';
import { InferencePool } from './pool';

/**
 * Holds: results come back to whoever asked; an aborted task is dropped and leaves the pool usable; a dead thread fails its
 * task with a typed error and is replaced; a closed pool says so; models that are not the manifest's open no pool.
 */
describe('InferencePool', () => {
  const limits = { minSizePx: 20, maxFaces: 10 };
  const never = new AbortController().signal;
  let models: ModelSet;
  beforeAll(async () => {
    models = await loadModels(tinyModelsDir);
  });

  async function withPool(
    threads: number,
    use: (pool: InferencePool) => Promise<void>,
    options: { warm?: boolean; provider?: 'cuda' } = {},
  ): Promise<void> {
    const pool = await InferencePool.open(models, { threads, ...options });
    try {
      await use(pool);
    } finally {
      await pool.close();
    }
  }

  it('runs on the CPU, with the same answers, where a GPU was wished for and cannot be had, and says why', async () => {
    const picture = scene(0, [{ column: 1, row: 0, forged: 0.5 }]);
    const answers: unknown[] = [];
    const look = async (pool: InferencePool) => void answers.push((await pool.detect(picture, limits, never)).value);
    await withPool(1, async (pool) => {
      expect(pool.choice).toEqual({ provider: 'cpu', fallback: null });
      await look(pool);
    });
    await withPool(
      1,
      async (pool) => {
        await look(pool);
        // A machine that has a card runs on it; the numbers may then differ in the last digits.
        if (pool.choice.provider === 'cuda') return;
        expect(pool.choice).toEqual({ provider: 'cpu', fallback: expect.stringMatching(/cuda/i) });
        expect(answers[1]).toEqual(answers[0]);
      },
      { provider: 'cuda' },
    );
  });

  it('answers many tasks at once, each with its own result', () =>
    withPool(2, async (pool) => {
      const columns = Array.from({ length: 20 }, (_, i) => i % 4);
      const found = await Promise.all(
        columns.map((column) => pool.detect(scene(0, [{ column, row: 0, forged: 0.5 }]), limits, never)),
      );
      expect(found.map(({ value }) => Math.floor((value.faces[0]?.box[0] ?? -1) / 32))).toEqual(columns);
    }));

  it('copies frames that are not in shared memory', () =>
    withPool(1, async (pool) => {
      const frame = scene(0, [{ column: 1, row: 1, forged: 0.5 }]);
      const { value } = await pool.detect({ ...frame, data: Uint8Array.from(frame.data) }, limits, never);
      expect(value.faces).toHaveLength(1);
    }));

  it('drops aborted tasks and goes on with the others', () =>
    withPool(1, async (pool) => {
      const controller = new AbortController();
      const frame = scene(0, [{ column: 1, row: 1, forged: 0.5 }]);
      const aborted = Array.from({ length: 30 }, () => pool.detect(frame, limits, controller.signal));
      const other = pool.detect(frame, limits, never);
      controller.abort(new Error('told to stop'));
      const ends = await Promise.allSettled(aborted);
      expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
      await expect(aborted[0]).rejects.toThrow('told to stop');
      expect((await other).value.faces).toHaveLength(1);
      await expect(pool.detect(frame, limits, controller.signal)).rejects.toThrow('told to stop');
    }));

  it('refuses a frame whose bytes are not its pixels', () =>
    withPool(1, async (pool) => {
      const broken = { seconds: 0, width: 128, height: 96, data: new Uint8Array(3) };
      await expect(pool.detect(broken, limits, never)).rejects.toThrow('128 x 96');
    }));

  it('fails a task typed when its model cannot take the frame, and goes on', () =>
    withPool(1, async (pool) => {
      // The tiny detector takes 128 x 96 only.
      const other = { seconds: 0, width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
      await expect(pool.detect(other, limits, never)).rejects.toMatchObject({
        name: 'ModelError',
        code: 'shape_mismatch',
        model: 'tiny-detector',
        message: expect.stringContaining('takes 1 x 3 x 96 x 128') as string,
      });
      expect((await pool.detect(scene(0, []), limits, never)).value.facesSeen).toBe(0);
    }));

  it('replaces a thread that dies', () =>
    withPool(
      1,
      async (pool) => {
        await killThreads(pool);
        const frame = scene(0, [{ column: 1, row: 1, forged: 0.5 }]);
        expect((await pool.detect(frame, limits, never)).value.faces).toHaveLength(1);
      },
      unwarmed,
    ));

  it('tells the task that was running when its thread died', () =>
    withPool(
      1,
      async (pool) => {
        const frame = scene(0, [{ column: 1, row: 1, forged: 0.5 }]);
        const running = pool.detect(frame, limits, never);
        const failed = expect(running).rejects.toMatchObject({ name: 'InferenceError', code: 'thread_crashed' });
        await killThreads(pool);
        await failed;
      },
      unwarmed,
    ));

  it('is broken, and says so at once, when its threads keep dying', () =>
    withPool(
      1,
      async (pool) => {
        const frame = scene(0, [{ column: 1, row: 1, forged: 0.5 }]);
        for (let death = 1; !pool.isBroken; death += 1) {
          expect(death).toBeLessThan(6);
          const waiting = [pool.detect(frame, limits, never), pool.detect(frame, limits, never)];
          const ends = Promise.allSettled(waiting);
          // Before either is done.
          await killThreads(pool);
          if (pool.isBroken) expect((await ends)[1]).toMatchObject({ reason: { code: 'thread_crashed' } });
        }
        await expect(pool.detect(frame, limits, never)).rejects.toMatchObject({ code: 'thread_crashed' });
      },
      unwarmed,
    ));

  it('refuses work after it was closed, and closes twice', async () => {
    const pool = await InferencePool.open(models, { threads: 1 });
    const frame = scene(0, []);
    const waiting = [pool.detect(frame, limits, never), pool.detect(frame, limits, never)];
    const ends = Promise.allSettled(waiting);
    await pool.close();
    expect((await ends)[1]).toMatchObject({ status: 'rejected', reason: { code: 'pool_closed' } });
    await expect(pool.detect(frame, limits, never)).rejects.toMatchObject({ code: 'pool_closed' });
    await pool.close();
  });

  it('does not open with a model that changed after it was checked', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'assay-models-'));
    try {
      const names = ['manifest.json', 'tiny-detector.onnx', 'tiny-forgery.onnx'];
      for (const name of names) await writeFile(join(dir, name), await readFile(join(tinyModelsDir, name)));
      const checked = await loadModels(dir);
      const bytes = await readFile(join(dir, 'tiny-detector.onnx'));
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(join(dir, 'tiny-detector.onnx'), bytes);
      await expect(InferencePool.open(checked, { threads: 2 })).rejects.toMatchObject({
        name: 'ModelError',
        code: 'digest_mismatch',
        model: 'tiny-detector',
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  /** No session is made while threads are killed: that would abort this process, see `InferenceThread.end`. */
  const unwarmed = { warm: false };

  /** What a crash of native code looks like from outside: the thread is gone without a word. */
  async function killThreads(pool: InferencePool): Promise<void> {
    const live: unknown = Reflect.get(pool, 'live');
    if (!(live instanceof Set)) throw new Error('the pool keeps its threads elsewhere now');
    for (const thread of [...live]) {
      const worker: unknown = Reflect.get(thread as object, 'worker');
      const terminate: unknown = Reflect.get(worker as object, 'terminate');
      if (typeof terminate !== 'function') throw new Error('threads keep their worker elsewhere now');
      await Reflect.apply(terminate, worker, []);
    }
  }
});
