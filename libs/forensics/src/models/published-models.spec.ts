import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import type { DetectedFace } from '../inference/messages';
import { InferencePool } from '../inference/pool';
import { checkModels } from './check-models';
import { loadModels } from './load-models';

/**
 * Holds, with files as their authors published them (not in this repository): YuNet finds the face that our own detector finds, and the
 * four MesoNets judge it, by manifest entries alone. `ASSAY_SHARED` names the folder with `peers/`; see docs/training.md.
 */
const root = join(__dirname, '../../../..');
const peers = join(resolve(root, process.env['ASSAY_SHARED'] ?? '../shared'), 'peers');
const ready = existsSync(join(peers, 'yunet_n_dynamic.onnx')) && existsSync(join(peers, 'meso4_df.onnx'));
if (!ready) process.stderr.write(`No published models in ASSAY_SHARED/peers: YuNet and MesoNet are not tested here.\n`);

const plain = { version: '1', opset: 17, licence: 'see its source', trainingData: [], card: 'none' };

const yunet = {
  ...plain,
  id: 'yunet',
  task: 'face-detector',
  file: 'yunet_n_dynamic.onnx',
  input: { name: 'input', layout: 'nchw', color: 'bgr', mean: [0, 0, 0], scale: [1, 1, 1], multipleOf: 32, longSide: 640 },
  outputs: Object.fromEntries(
    [8, 16, 32].flatMap((stride) =>
      Object.entries({ class: 'cls', objectness: 'obj', boxes: 'bbox', landmarks: 'kps' }).map(([role, name]) => [
        `${role}-${stride}`,
        { name: `${name}_${stride}` },
      ]),
    ),
  ),
  decoder: { kind: 'yunet', strides: [8, 16, 32] },
  scoreThreshold: 0.75,
};

const mesonet = (file: string) => ({
  ...plain,
  id: file.replace('.onnx', '').replace('_', '-'),
  task: 'forgery-frame',
  file,
  input: {
    ...{ name: 'face', layout: 'nchw', color: 'rgb', mean: [0, 0, 0], scale: [1 / 255, 1 / 255, 1 / 255] },
    ...{ width: 256, height: 256, crop: { definition: 'face-crop-v1', margins: [1.24] } },
  },
  outputs: { logit: { name: 'p_real', kind: 'probability', of: 'real' } },
});

(ready ? describe : describe.skip)('published models', () => {
  const never = new AbortController().signal;
  let dir: string;
  let pool: InferencePool;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-published-'));
    const entries = [yunet, ...['meso4_df', 'meso4_f2f', 'mesoinception_df'].map((name) => mesonet(`${name}.onnx`))];
    const models = await Promise.all(
      entries.map(async (entry) => {
        await copyFile(join(peers, entry.file), join(dir, entry.file));
        const bytes = await readFile(join(dir, entry.file));
        return { ...entry, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      }),
    );
    await writeFile(join(dir, 'manifest.json'), JSON.stringify({ schema: 'assay.models/1', models }));
    pool = await InferencePool.open(await loadModels(dir), { threads: 1 });
  });
  afterAll(async () => {
    await pool?.close();
    if (dir) await rm(dir, { recursive: true });
  });

  async function still() {
    const { data, info } = await sharp(join(root, 'test/fixtures/still.jpg')).removeAlpha().raw().toBuffer({ resolveWithObject: true }); // prettier-ignore
    return { seconds: 0, width: info.width, height: info.height, data: new Uint8Array(data) };
  }

  const detect = async (detector: InferencePool): Promise<DetectedFace[]> =>
    (await detector.detect(await still(), { minSizePx: 40, maxFaces: 10 }, never)).value.faces;

  it('YuNet sees what our detector, which learned from it, sees', async () => {
    const own = await InferencePool.open(await loadModels(join(root, 'models')), { threads: 1, warm: false });
    try {
      const [theirs, ours] = [await detect(pool), await detect(own)];
      expect(theirs).toHaveLength(ours.length);
      const [, , width] = ours[0]!.box;
      theirs[0]!.landmarks.forEach((value, i) => {
        // A twentieth of the face: an offset of half a stride, or eyes that change sides, would be more.
        expect(Math.abs(value - ours[0]!.landmarks[i]!)).toBeLessThan(width / 20);
      });
    } finally {
      await own.close();
    }
  });

  it('MesoNets judge the face, each its own way', async () => {
    const faces = await detect(pool);
    const { value: crops } = await pool.crop(await still(), faces.map(({ box, landmarks }) => ({ box, landmarks })), never); // prettier-ignore
    const [scores] = (await pool.score(crops, never)).value;
    const logits = scores!.map(({ logit }) => logit);
    expect(logits).toHaveLength(3);
    expect(logits.every((logit) => Math.abs(logit) <= 16)).toBe(true);
    expect(new Set(logits).size).toBe(3);
  });

  it('passes the check', async () => {
    const { digest, models } = await checkModels(dir);
    expect(models.flatMap(({ problems }) => problems)).toEqual([]);
    expect(digest).not.toBeNull();
  });
});
