import { defaultTenant, type Plan, type Probe, type SegmentResult, Verdict } from '@assay/contracts';
import { NothingSeenError } from '../errors';
import { keys } from '../keys';
import { mediaRecordFor } from '../media-record';
import type { OpenPorts } from '../open-ports';
import { writeStored } from '../stored';
import { registerScan } from '../submit';
import { noAbort, testPorts } from '../testing/test-ports';
import { judge } from './judge';

const probe: Probe = {
  kind: 'video',
  container: 'mov',
  bytes: 1000,
  durationSeconds: 20,
  durationFromPackets: false,
  claimedSeconds: null,
  streamIndex: 0,
  codec: 'h264',
  profile: null,
  pixelFormat: 'yuv420p',
  bitDepth: 8,
  colorMatrix: 'bt709',
  fullRange: false,
  hasAlpha: false,
  interlaced: false,
  rotation: 0,
  codedWidth: 640,
  codedHeight: 360,
  width: 640,
  height: 360,
  framesPerSecond: 25,
  variableFrameRate: false,
  bitRate: null,
  streams: { video: 1, audio: 0, other: 0 },
  muxer: null,
  encoder: null,
  device: null,
  createdAt: null,
};
const plan: Plan = {
  frameBudget: 4,
  decodeWidth: 640,
  decodeHeight: 360,
  originSeconds: 0,
  cutCandidatesSeconds: [],
  keyframeCount: 2,
  segments: [0, 10].map((startSeconds, index) => ({
    index,
    startSeconds,
    endSeconds: startSeconds + 10,
    mode: 'all',
    frameSeconds: [startSeconds + 1, startSeconds + 5],
    seekSeconds: [],
  })),
};
const seen: SegmentResult = {
  schema: 'assay.segment/1',
  index: 0,
  startSeconds: 0,
  endSeconds: 10,
  framesSeconds: [1, 5],
  cutsSeconds: [],
  facesSeen: 0,
  facesTooSmall: 0,
  tracks: [],
  decodeError: null,
  cost: { decodeMs: 1, detectMs: 2, scoreMs: 3, cropsScored: 0 },
};

let ports: OpenPorts;
let scan: string;
beforeEach(async () => {
  ports = await testPorts();
  const media = mediaRecordFor('a'.repeat(64), defaultTenant, 1000, 'clip.mp4');
  await writeStored(ports.store, keys.mediaRecord(media.id, defaultTenant), media, { ifAbsent: true }, noAbort);
  scan = (await registerScan(ports, { tenant: defaultTenant, media: media.id }, noAbort)).scan.id;
  await writeStored(ports.store, keys.probe(scan), probe, { ifAbsent: true }, noAbort);
  await writeStored(ports.store, keys.plan(scan), plan, { ifAbsent: true }, noAbort);
});
afterEach(() => ports.close());

const leave = (index: number) =>
  writeStored(ports.store, keys.segment(scan, index), { ...seen, index }, { ifAbsent: true }, noAbort);

describe('judge', () => {
  it('says which part was not seen', async () => {
    await leave(0);
    const outcome = await judge(scan, ports, noAbort);
    if (!outcome.ok) throw new Error('unreachable');
    expect(Verdict.parse(outcome.value)).toMatchObject({
      file: 'clip.mp4',
      kind: 'video',
      method: { framesSeconds: [1, 5] },
    });
    const reason = outcome.value.reasons.find(({ code }) => code === 'partly_unreadable');
    expect(reason).toMatchObject({ atSeconds: 10 });
  });

  it('takes a damaged segment result for one that is not there', async () => {
    await leave(0);
    await ports.store.put(keys.segment(scan, 1), '{"schema":"assay.segment/1"', {}, noAbort);
    const outcome = await judge(scan, ports, noAbort);
    expect(outcome.ok && outcome.value.reasons.map(({ code }) => code)).toContain('partly_unreadable');
  });

  it('makes no verdict of nothing', async () => {
    await expect(judge(scan, ports, noAbort)).rejects.toThrow(NothingSeenError);
    expect(await ports.store.stat(keys.verdict(scan), noAbort)).toBeNull();
  });

  it('gives every judge the verdict that was written first', async () => {
    await Promise.all([leave(0), leave(1)]);
    const judged = await Promise.all(Array.from({ length: 4 }, () => judge(scan, ports, noAbort)));
    const stored: unknown = JSON.parse((await ports.store.get(keys.verdict(scan), noAbort))?.toString() ?? '');
    for (const outcome of judged) expect(outcome).toEqual({ ok: true, value: stored });
  });
});
