import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '@assay/contracts';
import { Frame } from '../frame';
import { judgeSegments } from '../fusion/judge-segments';
import { InferencePool } from '../inference/pool';
import { Judgement } from '../judgement';
import { loadModels } from '../models/load-models';
import { ModelSet } from '../models/model-set';
import { frames, scenePlan, sceneProbe, sceneSegment } from '../testing/tiny-scene';
import { lookAtSegment } from './look-at-segment';

/**
 * Holds, with the models that ship and the clips that ship (faces of no real person): faces are found and followed, a cut ends
 * them, every frame of the swapped twin scores higher than its original's, and two runs agree to the last digit.
 */
const root = join(__dirname, '../../../..');
const clip = (name: string) => join(root, 'test/fixtures', name);
const ready = existsSync(join(root, 'models/manifest.json')) && existsSync(clip('real-a.mp4'));
if (!ready)
  process.stderr.write('models/manifest.json or test/fixtures is missing: real models are not tested here.\n');

const [width, height] = [640, 360];
const framesPerSecond = 4;

(ready ? describe : describe.skip)('the shipped models on the shipped clips', () => {
  let models: ModelSet;
  let pool: InferencePool;
  beforeAll(async () => {
    models = await loadModels(join(root, 'models'));
    pool = await InferencePool.open(models, { threads: 2 });
  });
  afterAll(async () => {
    await pool?.close();
  });

  /** Frames as a decoder gives them; the video library is another room. */
  function decode(name: string): Frame[] {
    const options = ['-v', 'error', '-i', clip(name), '-vf', `fps=${framesPerSecond},scale=${width}:${height}`];
    const output = execFileSync('ffmpeg', [...options, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1e9 });
    const bytes = width * height * 3;
    return Array.from({ length: Math.floor(output.length / bytes) }, (_, i) => {
      const data = new Uint8Array(new SharedArrayBuffer(bytes));
      data.set(output.subarray(i * bytes, (i + 1) * bytes));
      return { seconds: i / framesPerSecond, width, height, data };
    });
  }

  async function judge(name: string): Promise<Judgement> {
    const all = decode(name);
    const segment = sceneSegment(all.map(({ seconds }) => seconds));
    const plan = { ...scenePlan([segment]), decodeWidth: width, decodeHeight: height };
    const probe = { ...sceneProbe, width, height };
    const context = { segment, plan, probe, policy: defaultPolicy, pool };
    const { result, evidence } = await lookAtSegment(
      frames(all),
      context,
      () => undefined,
      new AbortController().signal,
    );
    expect(evidence.filter(({ name: file }) => file.endsWith('-overlay.jpg')).length).toBeGreaterThan(0);
    return judgeSegments([result], { probe, plan, policy: defaultPolicy, models });
  }

  // The original's face is an average of many and laid into the picture: it is suspicious too, and only the order is certain.
  it('scores the swapped twin higher than its original in every frame, each one face from start to end', async () => {
    const [original, swapped] = [await judge('real-a.mp4'), await judge('swapped-a.mp4')];
    for (const { tracks, framesSeconds } of [original, swapped]) {
      expect(tracks).toHaveLength(1);
      expect(tracks[0]!.framesSeen).toBe(framesSeconds.length);
    }
    const logits = [original, swapped].map(({ tracks }) => tracks[0]!.observations.map(({ logit }) => logit));
    // Of each track the best frames are scored, nearly all of them here.
    const pairs = logits[1]!.map((logit, i) => [logit, logits[0]![i]!] as const);
    const scored = pairs.filter(([forged, own]) => forged !== null && own !== null);
    expect(scored.length).toBeGreaterThanOrEqual(12);
    expect(scored.filter(([forged, own]) => forged! <= own!)).toEqual([]);
    expect(swapped.probability!).toBeGreaterThan(original.probability!);
  });

  it('follows two people', async () => {
    const { tracks, framesSeconds } = await judge('two-people.webm');
    expect(tracks.map(({ framesSeen }) => framesSeen)).toEqual([framesSeconds.length, framesSeconds.length]);
  });

  it('finds the cut, and takes nobody across it', async () => {
    const { cutsSeconds, tracks } = await judge('cut.mkv');
    expect(cutsSeconds).toHaveLength(1);
    expect(cutsSeconds[0]).toBeCloseTo(2.25, 6);
    expect(tracks.map(({ shots }) => shots)).toEqual([[0], [1]]);
    expect(tracks[0]!.endSeconds).toBeLessThan(2.2);
  });

  it('says the same twice', async () => {
    expect(JSON.stringify(await judge('swapped-a.mp4')) === JSON.stringify(await judge('swapped-a.mp4'))).toBe(true);
  });
});
