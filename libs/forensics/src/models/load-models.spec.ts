import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Manifest } from '@assay/contracts';
import { tinyModelsDir } from '../testing/tiny-scene';
import { loadModels } from './load-models';
import { createModelSet, modelsFor } from './model-set';
import { runtimeVersions } from './runtime-versions';

/** Holds: only models that are exactly what the manifest says are loaded; everything else has a typed reason. */
describe('loadModels', () => {
  let dir: string;
  let manifest: Manifest;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-models-'));
    for (const name of ['manifest.json', 'tiny-detector.onnx', 'tiny-forgery.onnx']) {
      await writeFile(join(dir, name), await readFile(join(tinyModelsDir, name)));
    }
    manifest = Manifest.parse(JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const rewrite = (change: (draft: Manifest) => void) => {
    change(manifest);
    return writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  };

  it('loads a set and finds models by their task', async () => {
    const models = await loadModels(dir);
    expect(models.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(modelsFor(models, 'forgery-frame').map(({ id }) => id)).toEqual(['tiny-forgery']);
    expect(models.uses.map(({ task }) => task)).toEqual(['face-detector', 'forgery-frame']);
  });

  it('refuses a manifest that is missing, no JSON, or against its schema', async () => {
    await expect(loadModels(join(dir, 'none'))).rejects.toMatchObject({ name: 'ModelError', code: 'manifest_missing' });
    await writeFile(join(dir, 'manifest.json'), '{');
    await expect(loadModels(dir)).rejects.toMatchObject({ code: 'manifest_invalid' });
    await writeFile(join(dir, 'manifest.json'), '{"schema":"assay.models/1","models":[]}');
    await expect(loadModels(dir)).rejects.toMatchObject({ code: 'manifest_invalid' });
  });

  it('refuses a missing file, another size and another content, and names the model', async () => {
    const file = join(dir, 'tiny-forgery.onnx');
    const bytes = await readFile(file);
    const changed = Buffer.from(bytes);
    changed[100]! ^= 1;
    await writeFile(file, changed);
    await expect(loadModels(dir)).rejects.toMatchObject({ code: 'digest_mismatch', model: 'tiny-forgery' });
    await writeFile(file, bytes.subarray(1));
    await expect(loadModels(dir)).rejects.toMatchObject({ code: 'size_mismatch', model: 'tiny-forgery' });
    await rm(file);
    const error: unknown = await loadModels(dir).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'file_missing', model: 'tiny-forgery' });
    expect(String(error)).not.toContain(dir);
  });

  it('refuses files outside the folder, ids twice, no detector, and forgery detectors without a crop', async () => {
    const original = JSON.stringify(manifest);
    const tries: ((draft: Manifest) => void)[] = [
      (draft) => (draft.models[0]!.file = '../secret.onnx'),
      (draft) => (draft.models[0]!.file = '/etc/passwd'),
      (draft) => (draft.models[1]!.id = draft.models[0]!.id),
      (draft) => draft.models.shift(),
      (draft) => delete draft.models[1]!.input.crop,
      (draft) => delete draft.models[0]!.outputs['landmarks'],
      (draft) => delete draft.models[1]!.sentences,
      (draft) => delete draft.models[1]!.outputs['sentences'],
      (draft) => (draft.models[0]!.decoder = { kind: 'scrfd', strides: [8], anchorsPerCell: 2 }),
      (draft) => (draft.models[1]!.decoder = { kind: 'boxes' }),
      (draft) => (draft.models[0]!.input.width = 128),
      (draft) => (draft.models[1]!.input.crop!.definition = 'face-box-v1'),
      (draft) => (draft.models[1]!.input.crop!.shift = [0, 0.1]),
    ];
    for (const change of tries) {
      manifest = Manifest.parse(JSON.parse(original));
      await rewrite(change);
      await expect(loadModels(dir)).rejects.toMatchObject({ name: 'ModelError', code: 'manifest_invalid' });
    }
  });

  it.each<[string, object, string]>([
    ['a kind that nobody knows', { kind: 'softmax' }, 'kind is one of logit, probability'],
    ['a setting with a slip of the pen', { kind: 'logit', postive: 'real' }, 'Unrecognized key: "postive"'],
    ['a class beyond the last', { kind: 'class-logits', classes: 2, manipulated: [2] }, 'beyond the last, 1'],
    ['only classes of fakes', { kind: 'class-logits', classes: 2, manipulated: [0, 1] }, 'none is left for a real face'],
    ['a head that is neither', { kind: 'linear-head', length: 2, head: { weights: [1, 2] } }, 'a head is { file,'],
  ])('refuses an output with %s, naming the model', async (_, output, message) => {
    Object.assign(manifest.models[1]!.outputs, { logit: { name: 'logit', ...output } });
    await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
    await expect(loadModels(dir)).rejects.toMatchObject({
      code: 'manifest_invalid',
      model: 'tiny-forgery',
      message: expect.stringContaining(message) as string,
    });
  });

  it('gives another digest for other models, settings or calibration, not for another order', () => {
    const digest = (change: (draft: Manifest) => void = () => undefined) => {
      const draft = structuredClone(manifest);
      change(draft);
      return createModelSet(dir, draft.models).digest;
    };
    expect(digest((draft) => draft.models.reverse())).toBe(digest());
    expect(digest((draft) => (draft.models[0]!.sha256 = 'f'.repeat(64)))).not.toBe(digest());
    expect(digest((draft) => (draft.models[0]!.scoreThreshold = 0.9))).not.toBe(digest());
    expect(digest((draft) => (draft.models[1]!.calibration!.a = 2))).not.toBe(digest());
    expect(digest((draft) => (draft.models[1]!.sentences![0]!.text = 'green'))).not.toBe(digest());
    const real = { name: 'logit', kind: 'probability', of: 'real' } as const;
    expect(digest((draft) => (draft.models[1]!.outputs.logit = real))).not.toBe(digest());
    expect(digest((draft) => (draft.models[0]!.decoder = { kind: 'yunet', strides: [8] }))).not.toBe(digest());
  });

  it('keeps the digest of sets that state the plain way in full', () => {
    const draft = structuredClone(manifest);
    draft.models[0]!.decoder = { kind: 'boxes' };
    draft.models[1]!.outputs.logit = { name: 'logit', kind: 'logit', positive: 'manipulated' };
    expect(createModelSet(dir, draft.models).digest).toBe(createModelSet(dir, manifest.models).digest);
  });
});

describe('runtimeVersions', () => {
  it('names the onnxruntime that is installed', () => {
    expect(runtimeVersions()['onnxruntime']).toMatch(/^\d+\.\d+\.\d+/);
  });
});
