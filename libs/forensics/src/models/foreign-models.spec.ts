import { ModelEntry } from '@assay/contracts';
import { InferencePool } from '../inference/pool';
import { foreignGolden, foreignModelsDir } from '../testing/foreign-models';
import { formulaPicture } from '../testing/formula-picture';
import { loadModels } from './load-models';
import { createModelSet } from './model-set';

/**
 * Holds: models with the inputs and outputs of CLIP, Xception, EfficientNet, MesoNet, SCRFD, RetinaFace and YuNet run by their
 * manifest entries alone, in inference threads, and give the numbers that Python gives (onnxruntime, the crops' definition in
 * numpy, and decoding written from the models' own papers: training/assay_training/foreign).
 */
const golden = foreignGolden();
const { width, height } = golden.picture;
const frame = { seconds: 0, ...formulaPicture(width, height) };
const never = new AbortController().signal;

/** A crop may differ by one grey level in one value in a thousand; everything after is float32 on both sides. */
const logitDigits = 3;
const pxDigits = 2;

/** Faces of the golden file are small and many. */
const limits = { minSizePx: 1, maxFaces: 1000 };

describe('foreign models', () => {
  let entries: ModelEntry[];
  beforeAll(async () => {
    ({ entries } = await loadModels(foreignModelsDir));
  });

  async function withPool<T>(chosen: ModelEntry[], use: (pool: InferencePool) => Promise<T>): Promise<T> {
    const pool = await InferencePool.open(createModelSet(foreignModelsDir, chosen), { threads: 1, warm: false });
    try {
      return await use(pool);
    } finally {
      await pool.close();
    }
  }

  it('gives the golden logits of every forgery detector at once', async () => {
    const faces = golden.faces.map(({ box, landmarks }) => ({ box, landmarks: landmarks.flat() }));
    const scores = await withPool(entries, async (pool) => {
      const { value: crops } = await pool.crop(frame, faces, never);
      return (await pool.score(crops, never)).value;
    });
    const byModel = Object.keys(golden.logits).map((id) => [
      id,
      scores.map((row) => row.find(({ model }) => model === id)?.logit),
    ]);
    const wanted = Object.entries(golden.logits).map(([id, logits]) => [
      id,
      logits.map((logit) => expect.closeTo(logit, logitDigits) as number),
    ]);
    expect(byModel).toEqual(wanted);
  });

  it.each(Object.keys(golden.found))('finds the golden faces: %s', async (id) => {
    const wanted = golden.found[id]!;
    const { value } = await withPool(
      entries.filter((entry) => entry.id === id),
      (pool) => pool.detect(frame, limits, never),
    );
    const px = (value: number) => expect.closeTo(value, pxDigits) as number;
    expect(value.facesTooSmall).toBe(0);
    expect(value.faces.map(({ box, landmarks, score }) => ({ box, landmarks, score }))).toEqual(
      wanted.map(({ box: [x1, y1, x2, y2], landmarks, score }) => ({
        box: [x1, y1, x2 - x1, y2 - y1].map(px),
        landmarks: landmarks.map(px),
        score: expect.closeTo(score, 4) as number,
      })),
    );
  });

  it('lays a picture into a detector of fixed size, and maps the faces back', async () => {
    const large = { seconds: 0, ...formulaPicture(2 * width, height) };
    const { value } = await withPool(
      entries.filter(({ id }) => id === 'retinaface'),
      (pool) => pool.detect(large, limits, never),
    );
    expect(value.facesSeen).toBeGreaterThan(0);
    // The lower half of the input is padding; whatever is found maps to twice its size.
    expect(Math.max(...value.faces.map(({ landmarks }) => landmarks[0]!))).toBeGreaterThan(width);
  });
});
