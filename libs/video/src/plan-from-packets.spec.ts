import { Policy, Probe, defaultPolicy } from '@assay/contracts';
import { withoutRepeatedTimes } from './clock-jump';
import { planFromPackets, planStill } from './plan-from-packets';
import { Packets, addPacket } from './read-packets';

const probe: Probe = {
  kind: 'video',
  container: 'mov',
  bytes: 1,
  durationSeconds: 60,
  durationFromPackets: false,
  claimedSeconds: null,
  streamIndex: 0,
  codec: 'h264',
  profile: 'High',
  pixelFormat: 'yuv420p',
  bitDepth: 8,
  hasAlpha: false,
  colorMatrix: 'bt709',
  fullRange: false,
  interlaced: false,
  rotation: 0,
  codedWidth: 1920,
  codedHeight: 1080,
  width: 1920,
  height: 1080,
  framesPerSecond: 30,
  variableFrameRate: false,
  bitRate: null,
  streams: { video: 1, audio: 0, other: 0 },
  muxer: null,
  encoder: null,
  device: null,
  createdAt: null,
};

/** Steady video: a keyframe every `group` frames and at each of `cuts` (frame numbers), which start the grid anew. */
function video(seconds: number, { rate = 30, group = 250, cuts = [] as number[], origin = 0 } = {}): Packets {
  const packets: Packets = { pts: [], dts: [], key: [], shown: [], lastDuration: 1 / rate };
  let sinceKey = 0;
  for (let n = 0; n < Math.round(seconds * rate); n += 1) {
    if (n === 0 || sinceKey === group || cuts.includes(n)) sinceKey = 0;
    packets.pts.push(origin + n / rate);
    packets.dts.push(origin + (n - 2) / rate);
    packets.key.push(sinceKey === 0);
    packets.shown.push(true);
    sinceKey += 1;
  }
  return packets;
}

function plan(packets: Packets, facts: Partial<Probe> = {}, frames: Partial<Policy['frames']> = {}) {
  const policy = { ...defaultPolicy, frames: { ...defaultPolicy.frames, ...frames } };
  const outcome = planFromPackets(packets, { ...probe, ...facts }, policy);
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  const times = outcome.value.segments.flatMap(({ frameSeconds }) => frameSeconds);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  return { ...outcome.value, times, widestGap: Math.max(0, ...gaps), modes: outcome.value.segments.map((s) => s.mode) };
}

test('a still is one frame of one segment', () => {
  expect(planStill({ ...probe, kind: 'still' }, defaultPolicy).segments).toMatchObject([{ frameSeconds: [0] }]);
});

test('a short clip gets sixteen frames spread over all of it, in one pass from the beginning', () => {
  const { times, widestGap, segments } = plan(video(10), { codedWidth: 1280, codedHeight: 720 });
  expect(times).toHaveLength(16);
  expect(widestGap).toBeLessThan((2 * 10) / 16);
  expect(segments).toMatchObject([{ mode: 'all', seekSeconds: [] }]);
});

test('a clip with fewer frames than the budget gives all of them', () => {
  expect(plan(video(0.3)).times).toHaveLength(9);
  expect(plan(video(1 / 30)).times).toEqual([0]);
});

test('sparse keyframes in a minute of 1080p: pictures between them fill the gaps, at bounded cost', () => {
  const { times, widestGap, modes, segments } = plan(video(60));
  expect(times.length).toBeGreaterThanOrEqual(10);
  expect(times.length).toBeLessThanOrEqual(24);
  expect(widestGap).toBeLessThan(9);
  expect(new Set(modes)).toEqual(new Set(['references']));
  // Pictures that are decoded: from each keyframe to the last frame wanted after it.
  const last = new Map<number, number>();
  segments.forEach(({ frameSeconds, seekSeconds }) =>
    frameSeconds.forEach((seconds, i) => last.set(seekSeconds[i] ?? 0, seconds)),
  );
  const decoded = [...last].reduce((sum, [from, to]) => sum + (to - from) * 30 + 1, 0);
  expect(decoded).toBeLessThan(700);
});

test('dense keyframes: keyframes alone, evenly, and the cost grows slower than the length', () => {
  const minute = plan(video(60, { group: 30 }));
  const long = plan(video(600, { group: 30 }));
  const hour = plan(video(3600, { group: 30 }));
  expect(minute.times).toHaveLength(24);
  expect(long.times).toHaveLength(44);
  expect(hour.times).toHaveLength(59);
  expect(new Set([...minute.modes, ...long.modes, ...hour.modes])).toEqual(new Set(['keyframes']));
  expect(long.widestGap).toBeLessThan((2 * 600) / 44);
  expect(hour.widestGap).toBeLessThan((2 * 3600) / 59);
});

test('never more frames than the policy allows', () => {
  expect(plan(video(4 * 3600, { rate: 5, group: 5 })).times).toHaveLength(64);
  expect(plan(video(60), {}, { max: 5 }).times.length).toBeLessThanOrEqual(5);
  expect(plan(video(5), {}, { max: 1 }).times).toHaveLength(1);
});

test('keyframes off the grid are cut candidates, and the shots that they begin are looked at', () => {
  const cuts = [400, 1000, 1100];
  const { cutCandidatesSeconds, times } = plan(video(60, { cuts }));
  const starts = cuts.map((n) => Math.round((n / 30) * 1e6) / 1e6);
  expect(cutCandidatesSeconds).toEqual(starts);
  for (const start of starts) expect(times).toContain(start);
  expect(plan(video(60)).cutCandidatesSeconds).toEqual([]);
});

test('shots at the beginning take no frames from the rest of the timeline', () => {
  const cuts = Array.from({ length: 60 }, (_, i) => 15 + 5 * i);
  const { times, widestGap } = plan(video(600, { group: 30, cuts }));
  expect(times.length).toBeLessThanOrEqual(44);
  expect(widestGap).toBeLessThan((3 * 600) / 44);
});

test('segments: at most as long as the policy says, in order, and every frame inside its own', () => {
  const { segments, times } = plan(video(600, { group: 30 }));
  expect(segments.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  for (const { startSeconds, endSeconds, frameSeconds } of segments) {
    expect(endSeconds - startSeconds).toBeLessThanOrEqual(120 * 1.01);
    for (const seconds of frameSeconds) expect(seconds >= startSeconds && seconds <= endSeconds).toBe(true);
  }
  expect([...times].sort((a, b) => a - b)).toEqual(times);
});

test('a clip of forty seconds is cut in two, so that decoding and scoring overlap; one without an index is not', () => {
  expect(plan(video(39)).segments).toHaveLength(1);
  expect(plan(video(40)).segments).toHaveLength(2);
  expect(plan(video(60), { container: 'flv' }).segments).toHaveLength(1);
});

test('times count from the first frame, wherever the clock of the container starts', () => {
  for (const origin of [-1.5, 0, 3600.25]) {
    const { originSeconds, times, segments } = plan(video(600, { group: 30, origin }));
    expect(originSeconds).toBeCloseTo(origin, 6);
    expect(times).toEqual(plan(video(600, { group: 30 })).times);
    expect(segments[0]?.seekSeconds[0]).toBeCloseTo(origin + (times[0] ?? 0), 5);
  }
});

test('a container without an index is read through, and only its keyframes in a long file', () => {
  const { segments, modes } = plan(video(600), { container: 'flv' });
  expect(segments.every(({ seekSeconds }) => seekSeconds.length === 0)).toBe(true);
  expect(new Set(modes)).toEqual(new Set(['keyframes']));
});

test('frames before the first keyframe and frames that the container hides are not asked for', () => {
  const packets = video(1);
  packets.key[0] = false;
  packets.key[5] = true;
  packets.shown[5] = false;
  expect(plan(packets).originSeconds).toBeCloseTo(6 / 30, 6);
});

test('frames in decode order are asked for in the order of display, once each', () => {
  const packets: Packets = { pts: [], dts: [], key: [], shown: [], lastDuration: 0 };
  for (const line of ['0.0,-0.1,0.1,K_', '0.3,0.0,0.1,__', '0.1,0.1,0.1,__', '0.2,0.2,0.1,__', '0.2,0.3,0.1,__'])
    addPacket(packets, line);
  addPacket(packets, 'N/A,N/A,0.1,__');
  addPacket(packets, 'N/A,0.400000,0.1,__');
  expect(plan(packets).times).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
});

test('no packets: typed, not thrown', () => {
  const none: Packets = { pts: [], dts: [], key: [], shown: [], lastDuration: 0 };
  expect(planFromPackets(none, probe, defaultPolicy)).toMatchObject({ ok: false, rejection: { code: 'no_frames' } });
});

test('the same input gives the same plan, and decoding never enlarges', () => {
  const packets = video(600, { group: 90, cuts: [1000, 5000] });
  expect(plan(packets)).toEqual(plan(packets));
  expect(plan(video(1), { width: 3840, height: 2160 })).toMatchObject({ decodeWidth: 1920, decodeHeight: 1080 });
  expect(plan(video(1), { width: 100, height: 60 })).toMatchObject({ decodeWidth: 100, decodeHeight: 60 });
});

test('what a file gives no way to is named, and what has no frames or was within reach is not', () => {
  const { passedOver, times } = plan(video(600, { group: 99_999 }));
  expect(passedOver).toEqual([{ startSeconds: times.at(-1), endSeconds: expect.closeTo(600) }]);
  for (const packets of [video(10), video(60), video(600), video(3600), video(40, { rate: 0.2 })])
    expect(plan(packets).passedOver).toBeUndefined();
  // A screen on which nothing moves for five minutes.
  const still = video(10);
  const later = still.pts.map((time) => time + 310);
  const held: Packets = { ...still, pts: [...still.pts, ...later], dts: [...still.dts, ...later], key: [...still.key, ...still.key], shown: [...still.shown, ...still.shown] }; // prettier-ignore
  expect(plan(held).passedOver).toBeUndefined();
});

describe('a clock that goes back', () => {
  const behind = (...parts: Packets[]): Packets => ({
    pts: parts.flatMap(({ pts }) => pts),
    dts: parts.flatMap(({ dts }) => dts),
    key: parts.flatMap(({ key }) => key),
    shown: parts.flatMap(({ shown }) => shown),
    lastDuration: parts[0]!.lastDuration,
  });

  /** Found by trying: of two recordings behind each other in a transport stream only the first was seen, and nothing said so. */
  test('hides what has the same times, which is named; what comes later is looked at', () => {
    const same = plan(behind(video(30), video(20)));
    expect(same.times.at(-1)).toBeLessThan(30);
    const cause = 'repeated_times';
    expect(same.passedOver).toEqual([{ startSeconds: expect.closeTo(30), endSeconds: expect.closeTo(50, 1), cause }]);
    const longer = plan(behind(video(10), video(60)));
    expect(longer.times.filter((at) => at > 11).length).toBeGreaterThan(longer.times.length / 2);
    expect(longer.passedOver).toEqual([{ startSeconds: expect.closeTo(60), endSeconds: expect.closeTo(70, 0), cause }]);
    const fiveBefore = plan(behind(video(0.2, { origin: 30 }), video(60)));
    expect(fiveBefore.times.length).toBeGreaterThan(8);
    expect(fiveBefore.passedOver?.at(-1)).toMatchObject({ endSeconds: expect.closeTo(60, 0) });
  });

  test('is none at an edit, whose way from its keyframe is cut off, nor at a single odd time', () => {
    const edit = video(12, { origin: 8 });
    edit.pts.forEach((at, i) => (edit.shown[i] = at >= 11));
    const edited = plan(behind(video(11), edit));
    expect(edited.passedOver).toBeUndefined();
    expect(edited.times.filter((at) => at > 12).length).toBeGreaterThan(3);
    for (const odd of [1e5, -1e5]) {
      const damaged = video(60);
      damaged.pts[900] = damaged.dts[900] = odd;
      expect(withoutRepeatedTimes(damaged)).toEqual({ packets: damaged, hiddenSeconds: 0 });
    }
  });
});
