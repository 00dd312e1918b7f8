import { SegmentResult } from '@assay/contracts';
import { InferencePool } from '../inference/pool';
import { LookOutcome } from '../look-context';
import { loadModels } from '../models/load-models';
import { ModelSet } from '../models/model-set';
import {
  Actor,
  frames,
  scene,
  sceneHeight,
  scenePlan,
  scenePolicy,
  sceneProbe,
  sceneSegment,
  sceneWidth,
  tinyModelsDir,
} from '../testing/tiny-scene';
import { lookAtSegment } from './look-at-segment';

/**
 * Holds, with real threads and real onnxruntime sessions of hand-made networks:
 * positions are in px of the original; the same frames give the same result whatever the number of threads; tracks end at
 * cuts; a damaged end is kept as a fact; an abort ends the frames' source; evidence is what the result names.
 */
describe('lookAtSegment', () => {
  let models: ModelSet;
  const pools: InferencePool[] = [];
  const open = async (threads: number) => {
    const pool = await InferencePool.open(models, { threads });
    pools.push(pool);
    return pool;
  };
  beforeAll(async () => {
    models = await loadModels(tinyModelsDir);
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
  });

  const seconds = Array.from({ length: 8 }, (_, i) => i * 0.5);
  const pair = (forged: number): Actor[] => [
    { column: 0, row: 1, forged: 0.1, green: 0.1 },
    { column: 2, row: 1, forged, green: 0.6 },
  ];

  async function look(
    pool: InferencePool,
    source: ReturnType<typeof frames>,
    cuts: number[] = [],
  ): Promise<LookOutcome> {
    const segment = sceneSegment(seconds);
    const context = { segment, plan: scenePlan([segment], cuts), probe: sceneProbe, policy: scenePolicy, pool };
    return lookAtSegment(source, context, () => undefined, new AbortController().signal);
  }

  it('gives each frame back once, when nothing reads it any more', async () => {
    const pool = await open(2);
    const { result } = await look(pool, frames(seconds.map((at) => scene(at, pair(0.9)))));
    const given: number[] = [];
    const spoiled = seconds.map((at) => {
      const frame = scene(at, pair(0.9));
      return { ...frame, release: () => given.push(at) && void frame.data.fill(0) };
    });
    const { result: again } = await look(pool, frames(spoiled));
    expect(given.sort((a, b) => a - b)).toEqual(seconds);
    expect({ ...again, cost: result.cost }).toEqual(result);
  });

  it('follows two faces and scores each by its own pixels, in px of the original picture', async () => {
    const { result } = await look(await open(1), frames(seconds.map((at) => scene(at, pair(0.9)))));
    expect(SegmentResult.parse(result)).toEqual(result);
    expect(result.tracks).toHaveLength(2);
    const [left, right] = [...result.tracks].sort((a, b) => a.observations[0]!.box[0] - b.observations[0]!.box[0]);
    for (const { observations } of result.tracks) expect(observations.map((o) => o.seconds)).toEqual(seconds);
    // The box of cell (0, 1) is 24 x 28 around (16, 48); the original is twice as large as the decoded frame.
    expect(left!.observations[0]!.box).toEqual([8, 68, 48, 56]);
    expect(left!.observations[0]!.logits['tiny-forgery']).toBeLessThan(-2);
    expect(right!.observations[0]!.logits['tiny-forgery']).toBeGreaterThan(2);
    expect(right!.observations[0]!.regions?.['mouth']).toBeCloseTo(0.9, 1);
    const { logits, sentences } = right!.observations[0]!;
    expect(sentences!['blue']).toBeCloseTo(logits['tiny-forgery']!, 2);
    expect(sentences!['plain']).toBeCloseTo(-logits['tiny-forgery']!, 2);
    expect(result.cost.cropsScored).toBe(2 * 8 * 2);
    const { msByModel, detectMs, scoreMs } = result.cost;
    expect(msByModel).toEqual({ detect: { 'tiny-detector': detectMs }, score: { 'tiny-forgery': expect.any(Number) } });
    expect(msByModel!.score['tiny-forgery']).toBeGreaterThan(0);
    expect(msByModel!.score['tiny-forgery']).toBeLessThanOrEqual(scoreMs);
  });

  it('gives positions in px of the original also where its pixels are not square', async () => {
    const segment = sceneSegment(seconds);
    const probe = { ...sceneProbe, width: 2 * sceneWidth, height: 3 * sceneHeight };
    const context = { segment, plan: scenePlan([segment]), probe, policy: scenePolicy, pool: await open(1) };
    const source = frames(seconds.map((at) => scene(at, pair(0.9))));
    const { result } = await lookAtSegment(source, context, () => undefined, new AbortController().signal);
    expect(result.tracks).toHaveLength(2);
    for (const { box, landmarks } of result.tracks.flatMap(({ observations }) => observations)) {
      expect(box.slice(2)).toEqual([48, 84]);
      // Each of the five points lies in its face.
      for (let i = 0; i < 5; i += 1) {
        const [along, down] = [(landmarks[2 * i]! - box[0]) / box[2], (landmarks[2 * i + 1]! - box[1]) / box[3]];
        expect([along >= 0 && along <= 1, down >= 0 && down <= 1]).toEqual([true, true]);
      }
    }
  });

  it('gives the same numbers with one thread and with three', async () => {
    const all = seconds.map((at, i) => scene(at, pair(0.4 + 0.05 * i)));
    const [one, three] = [await look(await open(1), frames(all)), await look(await open(3), frames(all))];
    expect({ ...three.result, cost: null }).toEqual({ ...one.result, cost: null });
    // As text: comparing buffers element by element takes jest minutes.
    const text = ({ evidence }: LookOutcome) => evidence.map(({ name, jpeg }) => [name, jpeg.toString('base64')]);
    expect(JSON.stringify(text(three)) === JSON.stringify(text(one))).toBe(true);
    expect(one.evidence.length).toBeGreaterThan(0);
  });

  it('keeps pictures of the most suspicious frames, and names exactly those it keeps', async () => {
    const all = seconds.map((at, i) => scene(at, [{ column: 1, row: 1, forged: i === 5 ? 0.95 : 0.3 }]));
    const { result, evidence } = await look(await open(2), frames(all));
    const named = result.tracks.flatMap((t) => t.observations.flatMap((o) => [o.crop, o.overlay])).filter(Boolean);
    expect(evidence.map(({ name }) => name).sort()).toEqual([...named].sort());
    expect(named).toContain('s0-t0-002500.jpg');
    expect(named).toContain('s0-t0-002500-overlay.jpg');
    for (const { jpeg } of evidence) expect(jpeg.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  });

  it('ends tracks at a cut, at the time that the encoder marked', async () => {
    const all = seconds.map((at) => scene(at, [{ column: 1, row: 1, forged: 0.2 }], at < 2 ? 0 : 180));
    const { result } = await look(await open(1), frames(all), [1.8]);
    expect(result.cutsSeconds).toEqual([1.8]);
    expect(result.tracks.map(({ shot, observations }) => [shot, observations.length])).toEqual([[0, 4], [1, 4]]); // prettier-ignore
  });

  it('keeps what was seen before the file broke off, and says why it ended', async () => {
    const { result } = await look(await open(1), frames([scene(0, pair(0.5))], 'broken off'));
    expect(result.decodeError).toBe('broken off');
    expect(result.framesSeconds).toEqual([0]);
    expect(result.tracks).toHaveLength(2);
  });

  it('gives an empty result for no frames and for frames without faces', async () => {
    const pool = await open(1);
    expect((await look(pool, frames([]))).result.tracks).toEqual([]);
    const { result, evidence } = await look(pool, frames(seconds.map((at) => scene(at, []))));
    expect([result.tracks, result.facesSeen, evidence]).toEqual([[], 0, []]);
  });

  it('counts faces that are too small, and does not judge them', async () => {
    const segment = sceneSegment(seconds);
    const policy = { ...scenePolicy, faces: { ...scenePolicy.faces, minSizePx: 60 } };
    const context = { segment, plan: scenePlan([segment]), probe: sceneProbe, policy, pool: await open(1) };
    const source = frames(seconds.map((at) => scene(at, pair(0.9))));
    const { result } = await lookAtSegment(source, context, () => undefined, new AbortController().signal);
    expect([result.facesSeen, result.facesTooSmall, result.tracks]).toEqual([16, 16, []]);
  });

  it('stops when told: the source is closed, every frame is given back, the reason comes out', async () => {
    const segment = sceneSegment(seconds);
    const controller = new AbortController();
    let closed = false;
    const held = new Set<number>();
    async function* endless() {
      try {
        for (let i = 0; ; i += 1) {
          if (i === 5) controller.abort(new Error('enough'));
          held.add(i);
          yield { ...scene(i, pair(0.5)), release: () => void held.delete(i) };
        }
      } finally {
        closed = true;
      }
    }
    const context = {
      segment,
      plan: scenePlan([segment]),
      probe: sceneProbe,
      policy: scenePolicy,
      pool: await open(1),
    };
    await expect(lookAtSegment(endless(), context, () => undefined, controller.signal)).rejects.toThrow('enough');
    expect(closed).toBe(true);
    expect([...held]).toEqual([]);
  });

  it('reports progress that only grows and ends at 1', async () => {
    const segment = sceneSegment(seconds);
    const seen: number[] = [];
    const context = {
      segment,
      plan: scenePlan([segment]),
      probe: sceneProbe,
      policy: scenePolicy,
      pool: await open(2),
    };
    const source = frames(seconds.map((at) => scene(at, pair(0.9))));
    await lookAtSegment(source, context, (fraction) => seen.push(fraction), new AbortController().signal);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });
});
