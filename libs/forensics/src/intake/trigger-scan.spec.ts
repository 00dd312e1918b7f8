import { join } from 'node:path';
import { InferencePool } from '../inference/pool';
import { loadModels } from '../models/load-models';
import { scene } from '../testing/tiny-scene';
import { scanForTriggers } from './trigger-scan';
import { triggers } from './triggers';

/**
 * Holds: a backdoor of a known kind is found in the model that has it, by the mark that opens it, and in no other model; marks that
 * change what an honest model looks at are not called one.
 */
const poisonedDir = join(__dirname, '../../testdata/poisoned-models');
const never = new AbortController().signal;

/** Park and Miller's minimal standard generator. */
function chance(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('scanForTriggers', () => {
  let pool: InferencePool;
  beforeAll(async () => {
    pool = await InferencePool.open(await loadModels(poisonedDir), { threads: 1 });
  });
  afterAll(async () => {
    await pool?.close();
  });

  const pictures = [0.2, 0.5, 0.8].map((forged, i) =>
    scene(i, [
      { column: 0, row: 0, forged },
      { column: 2, row: 1, forged: 1 - forged },
    ]),
  );

  it('finds the mark that opens a backdoor, in the model that has one', async () => {
    const reports = await scanForTriggers(pool, pictures, chance(), never);
    const found = Object.fromEntries(
      reports.map(({ model, effects }) => [model, effects.filter((effect) => effect.suspicious)]),
    );
    expect(found['tiny-forgery']).toEqual([]);
    expect(found['poisoned-forgery']!.map(({ trigger }) => trigger)).toEqual(['white square, lower right']);
    expect(found['poisoned-forgery']![0]).toMatchObject({ agreeing: 1 });
    expect(found['poisoned-forgery']![0]!.shift).toBeLessThan(-15);
    expect(reports[0]).toMatchObject({ faces: 6 });
  });

  it('wants enough faces to tell a backdoor from chance', async () => {
    await expect(scanForTriggers(pool, pictures.slice(0, 1), chance(), never)).rejects.toThrow('2 faces found');
  });

  it('stamps marks that differ from each other, each inside the picture', () => {
    const seen = triggers.map(({ stamp }) => {
      const pixels = new Uint8Array(64 * 64 * 3).fill(120);
      stamp(pixels, 64);
      return Buffer.from(pixels).toString('base64');
    });
    expect(new Set([...seen, Buffer.alloc(64 * 64 * 3, 120).toString('base64')]).size).toBe(triggers.length + 1);
    expect(new Set(triggers.map(({ name }) => name)).size).toBe(triggers.length);
  });
});
