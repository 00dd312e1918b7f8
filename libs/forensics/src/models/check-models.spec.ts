import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Manifest, ModelEntry } from '@assay/contracts';
import { foreignModelsDir } from '../testing/foreign-models';
import { checkModels } from './check-models';
import { loadModels } from './load-models';

/**
 * Holds: what an entry gets wrong about a file that loads well is found by running it once, and told with a code, the model, the tensor,
 * the shape found and the shape wanted; one broken model hides no other. Everything runs in threads on real files.
 */
describe('checkModels', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-models-'));
    await cp(foreignModelsDir, dir, { recursive: true });
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** @param only models to keep; default: all */
  async function rewrite(change: (draft: Record<string, ModelEntry>) => void, only?: string[]): Promise<void> {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')));
    if (only) manifest.models = manifest.models.filter(({ id }) => only.includes(id));
    change(Object.fromEntries(manifest.models.map((entry) => [entry.id, entry])));
    await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  }

  const problemsOf = async () =>
    Object.fromEntries(
      (await checkModels(dir)).models.flatMap(({ entry, problems }) =>
        problems.length > 0 ? [[entry.id, problems.map(({ code, message }) => `${code}: ${message}`)]] : [],
      ),
    );

  it('runs every model, and finds nothing wrong with those that are as stated', async () => {
    const report = await checkModels(dir);
    expect(report.digest).toBe((await loadModels(dir)).digest);
    const trials = Object.fromEntries(report.models.map(({ entry, trial }) => [entry.id, trial]));
    expect(trials['efficientnet']).toMatchObject({ input: [1, 48, 48, 3], outputs: [{ key: 'logit', dims: [1, 2] }] });
    expect(trials['xception']).toMatchObject({ input: [2, 3, 64, 64], outputs: [{ key: 'logit', dims: [2, 2] }] });
    expect(trials['retinaface']?.input).toEqual([1, 3, 192, 256]);
    expect(trials['scrfd']?.outputs).toContainEqual({ key: 'boxes-32', dims: [10 * 6 * 2, 4] });
    expect(Object.values(trials).every((trial) => trial && trial.milliseconds > 0)).toBe(true);
    const hints = Object.fromEntries(report.models.map(({ entry, hints: own }) => [entry.id, own.join(' ')]));
    expect(hints['clip']).toContain('no calibration');
    expect(hints['scrfd']).toContain('It is not used: the face detector is "retinaface"');
  });

  it('names every model that is not what its entry says, and how', async () => {
    await rewrite((draft) => {
      const kinds: Record<string, ModelEntry['outputs']['logit']> = {
        clip: { name: 'image_embeds', kind: 'linear-head', length: 3, head: { weights: [1, 2, 3], bias: 0 } },
        'clip-inline': { name: 'image_embeds', kind: 'logit' },
        xception: { name: 'cls', kind: 'class-logits', classes: 3, manipulated: [2] },
        efficientnet: { name: 'softmax', kind: 'class-probabilities', classes: 2, manipulated: [0] },
      };
      for (const [id, logit] of Object.entries(kinds)) draft[id]!.outputs.logit = logit;
      Object.assign(draft['meso']!.input, { width: 64, height: 64 });
      draft['scrfd']!.decoder = { kind: 'scrfd', strides: [8, 16, 32], anchorsPerCell: 1 };
      draft['retinaface']!.input.layout = 'nhwc';
    });
    expect(await problemsOf()).toEqual({
      clip: [
        'shape_mismatch: Output "image_embeds" of model "clip" has shape 1 x 24; wanted 1 x 3 (crops x values of an embedding).',
      ],
      'clip-inline': [
        'shape_mismatch: Output "image_embeds" of model "clip-inline" has shape 1 x 24; wanted 1 (crops).',
      ],
      xception: ['shape_mismatch: Output "cls" of model "xception" has shape 2 x 2; wanted 2 x 3 (crops x classes).'],
      efficientnet: [
        'load_failed: Model "efficientnet" lacks what its manifest entry names: softmax (it has inputs: input_1; outputs: predictions).',
      ],
      meso: [
        'shape_mismatch: Input "face" of model "meso" takes any x 3 x 32 x 32; the manifest (nchw) would give it 1 x 3 x 64 x 64.',
      ],
      scrfd: [
        'shape_mismatch: Output "score_8" (scores-8) of model "scrfd" has shape 1920 x 1; wanted 960 (anchors, for an input of 320 x 192).',
      ],
      retinaface: [
        'shape_mismatch: Input "input" of model "retinaface" takes 1 x 3 x 192 x 256; the manifest (nhwc) would give it 1 x 192 x 256 x 3.',
      ],
    });
  });

  it('names values that are no probabilities', async () => {
    await rewrite((draft) => {
      draft['xception']!.outputs.logit = { name: 'cls', kind: 'class-probabilities', classes: 2, manipulated: [1] };
    }, ['xception', 'retinaface']);
    const problems = await problemsOf();
    expect(Object.keys(problems)).toEqual(['xception']);
    expect(problems['xception']![0]).toMatch(/^output_invalid: Output "cls" of model "xception" gives .*is no probability/);
  });

  it('tells a head that is missing, changed, or of another length from the network itself', async () => {
    await rewrite(() => undefined, ['clip', 'retinaface']);
    const head = join(dir, 'clip-head.f32');
    const bytes = await readFile(head);
    bytes[0]! ^= 1;
    await writeFile(head, bytes);
    const changed = (await problemsOf())['clip'];
    expect(changed).toEqual([expect.stringMatching(/^digest_mismatch: The head of model "clip" is not the file/)]);
    await rm(head);
    await expect(loadModels(dir)).rejects.toMatchObject({ code: 'file_missing', model: 'clip' });
    await rewrite((draft) => {
      const { logit } = draft['clip']!.outputs;
      if (logit?.kind === 'linear-head') logit.length = 768;
    });
    expect((await problemsOf())['clip']).toEqual([
      'manifest_invalid: The head of model "clip" has 25 values; wanted 768 weights, as many as its embedding, and 1 bias.',
    ]);
  });

  it('tells what is wrong with the set, and goes on', async () => {
    await rewrite(() => undefined, ['meso', 'xception']);
    const report = await checkModels(dir);
    expect(report.digest).toBeNull();
    expect(report.problems.map(({ message }) => message)).toEqual([
      'The manifest lists no model for the task "face-detector".',
    ]);
    expect(report.models.every(({ trial }) => trial !== null)).toBe(true);
  });
});
