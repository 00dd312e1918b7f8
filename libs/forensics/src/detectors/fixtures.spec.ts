import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPolicy } from '@assay/contracts';
import { loadSharp } from '../evidence/evidence-pictures';
import { Frame } from '../frame';
import { judgeSegments } from '../fusion/judge-segments';
import { InferencePool } from '../inference/pool';
import { Judgement } from '../judgement';
import { loadModels } from '../models/load-models';
import { ModelSet } from '../models/model-set';
import { behindMask } from '../testing/behind-a-mask';
import { filmedFromScreen } from '../testing/filmed-screen';
import { frames, scenePlan, sceneProbe, sceneSegment } from '../testing/tiny-scene';
import { lookAtSegment } from './look-at-segment';

/** Bounds a hang; how long it takes is the machine's. */
jest.setTimeout(240_000);

/**
 * Holds, with the models that ship and the clips that ship (faces of no real person): faces are found and followed, a cut ends
 * them, one picture that is repeated is known from people who are filmed, every frame of the swapped twin scores higher than its original's, the overlay marks the face that was replaced, a face behind
 * a mask is not judged, nor one by the frames that a model took for familiar ones among others, and two runs agree to the last digit.
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
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-fixtures-'));
    models = await loadModels(join(root, 'models'));
    pool = await InferencePool.open(models, { threads: 2 });
  });
  afterAll(async () => {
    await pool?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Frames as a decoder gives them; the video library is another room. */
  const decode = (name: string) => decodeFile(clip(name));

  function decodeFile(path: string): Frame[] {
    const options = ['-v', 'error', '-i', path, '-vf', `fps=${framesPerSecond},scale=${width}:${height}`];
    const output = execFileSync('ffmpeg', [...options, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1e9 });
    const bytes = width * height * 3;
    return Array.from({ length: Math.floor(output.length / bytes) }, (_, i) => {
      const data = new Uint8Array(new SharedArrayBuffer(bytes));
      data.set(output.subarray(i * bytes, (i + 1) * bytes));
      return { seconds: i / framesPerSecond, width, height, data };
    });
  }

  /** Four seconds of a frame in the middle of a clip, as somebody who wants a video of a picture makes them. */
  function repeatOneFrame(name: string): string {
    const [picture, video] = ['frame.png', 'repeated.mp4'].map((file) => join(folder, file));
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-ss', '2', '-i', clip(name), '-frames:v', '1', picture!]);
    const encode = ['-t', '4', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '30', video!];
    execFileSync('ffmpeg', ['-v', 'error', '-y', '-loop', '1', '-framerate', '25', '-i', picture!, ...encode]);
    return video!;
  }

  const look = (name: string) => lookAt(decode(name));

  async function lookAt(all: Frame[]) {
    const segment = sceneSegment(all.map(({ seconds }) => seconds));
    const plan = { ...scenePlan([segment]), decodeWidth: width, decodeHeight: height };
    const probe = { ...sceneProbe, width, height };
    const context = { segment, plan, probe, policy: defaultPolicy, pool };
    const never = new AbortController().signal;
    const { result, evidence } = await lookAtSegment(frames(all), context, () => undefined, never);
    const overlays = evidence.filter(({ name: file }) => file.endsWith('-overlay.jpg'));
    return { result, evidence, overlays, facts: { probe, plan, policy: defaultPolicy, models } };
  }

  async function judge(name: string): Promise<Judgement> {
    const { result, facts } = await look(name);
    return judgeSegments([result], facts);
  }

  /** Mean difference of red and blue over a square around a place of a JPEG, all in shares of its side: heat is yellow. */
  async function heatAt(jpeg: Buffer, x: number, y: number): Promise<number> {
    const sharp = await loadSharp();
    const { width: side = 0 } = await sharp(jpeg).metadata();
    const reach = Math.round(0.04 * side);
    const left = Math.round(x * side) - reach;
    const top = Math.round(y * side) - reach;
    const area = { left, top, width: 2 * reach, height: 2 * reach };
    const { data } = await sharp(jpeg).extract(area).raw().toBuffer({ resolveWithObject: true });
    const differences = Array.from({ length: data.length / 3 }, (_, i) => data[3 * i]! - data[3 * i + 2]!);
    return differences.reduce((sum, value) => sum + value, 0) / differences.length;
  }

  it('marks the replaced face in the pictures of evidence, from the eyes to the mouth, and not what is around it', async () => {
    const { overlays } = await look('swapped-a.mp4');
    expect(overlays.length).toBeGreaterThan(0);
    for (const { jpeg } of overlays) {
      const [nose, cheek, corner, other] = await Promise.all([
        heatAt(jpeg, 0.5, 0.5),
        heatAt(jpeg, 0.35, 0.55),
        heatAt(jpeg, 0.06, 0.06),
        heatAt(jpeg, 0.94, 0.94),
      ]);
      expect(Math.min(nose, cheek) - Math.max(corner, other)).toBeGreaterThan(60);
    }
  });

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

  it('does not judge a face behind a mask, and judges the same face without one', async () => {
    const bare = decode('real-a.mp4');
    const { result, facts } = await lookAt(bare);
    const [seen] = result.tracks;
    expect(Math.max(...seen!.observations.map(({ occlusion }) => occlusion ?? 0))).toBeLessThan(0.15);
    expect(Math.max(...seen!.observations.map(({ outOfDomain }) => outOfDomain ?? 0))).toBeLessThan(0.5);
    const masked = seen!.observations.map((face) => behindMask(bare.find(({ seconds }) => seconds === face.seconds)!, face)); // prettier-ignore
    const { result: covered, evidence } = await lookAt(masked);
    const judged = judgeSegments([covered], facts);
    expect(judged).toMatchObject({ verdict: 'inconclusive', probability: null });
    expect(judged.reasons.map(({ code }) => code)).toEqual(['faces_occluded']);
    expect(judged.tracks[0]!.occlusion!).toBeGreaterThan(0.35);
    // One picture, so that a person sees by what it is hidden; no area is suspected.
    expect(judged.tracks[0]!.evidence).toEqual([expect.objectContaining({ probability: null, overlay: null })]);
    expect(evidence.map(({ name }) => name)).toEqual([judged.tracks[0]!.evidence[0]!.crop]);
  });

  it('does not judge a face that was filmed from a screen', async () => {
    const { result, evidence, facts } = await lookAt(decode('real-a.mp4').map(filmedFromScreen));
    const judged = judgeSegments([result], facts);
    expect(judged).toMatchObject({ verdict: 'inconclusive', probability: null });
    expect(judged.reasons.map(({ code }) => code)).toEqual(['out_of_domain']);
    expect(judged.tracks[0]!.outOfDomain!).toBeGreaterThan(0.9);
    expect(evidence).toHaveLength(1);
  });

  /** The plain frames alone are called manipulated: a composite. */
  it.each([
    [10, 'inconclusive', 'out_of_domain'],
    [4, 'likely_manipulated', 'some_frames_not_judged'],
  ])(
    'is not led by the frames that are left where %i are filmed from a screen, and plots them alone',
    async (filmed, verdict, code) => {
      const mixed = decode('real-a.mp4').map((frame, i) => ((i * 7) % 16 < filmed ? filmedFromScreen(frame) : frame));
      const { result, facts } = await lookAt(mixed);
      const judged = judgeSegments([result], facts);
      expect([judged.verdict, judged.reasons.map(({ code: found }) => found)]).toEqual([
        verdict,
        expect.arrayContaining([code]),
      ]);
      const plotted = judged.timeline.filter(({ probability }) => probability !== null);
      expect(plotted.length).toBeGreaterThan(0);
      expect(plotted.length).toBeLessThanOrEqual(mixed.length - filmed);
    },
  );

  it('tells a picture that is repeated from people who are filmed, and never calls it authentic', async () => {
    const filmed = await judge('real-a.mp4');
    const repeated = await lookAt(decodeFile(repeatOneFrame('real-a.mp4')));
    // A composite is suspicious: only with bounds like these would the detectors' answer be that it is authentic.
    const policy = { ...defaultPolicy, thresholds: { manipulated: 0.9999, authentic: 0.9998 } };
    const judged = judgeSegments([repeated.result], { ...repeated.facts, policy });
    const [track] = judged.tracks;
    expect(filmed.tracks[0]!.motion!).toBeGreaterThan(5 * 0.002);
    expect(track!.framesScored).toBeGreaterThanOrEqual(12);
    expect(track!.motion!).toBeLessThan(0.002 / 2);
    expect([judged.verdict, judged.reasons[0]!.code]).toEqual(['inconclusive', 'generation_not_excluded']);
    expect(judged.reasons[0]!.text).toMatch(/^The same picture throughout/);
    const width = ([from, to]: [number, number]) => Math.log(to / (1 - to)) - Math.log(from / (1 - from));
    expect(width(judged.interval!)).toBeGreaterThan(1.2 * width(filmed.interval!));
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
