import type { Probe, Verdict } from '@assay/contracts';
import type { Judgement } from '@assay/forensics';
import type { MockLabel } from './mock-outcome';

const fixed: Record<
  MockLabel,
  { probability: number; interval: [number, number]; code: Verdict['reasons'][0]['code']; text: string }
> = {
  likely_manipulated: {
    probability: 0.97,
    interval: [0.94, 0.99],
    code: 'blending_boundary',
    text: 'Mock verdict, nothing was looked at: as if face 1 showed signs of a blended face.',
  },
  likely_authentic: {
    probability: 0.04,
    interval: [0.01, 0.08],
    code: 'no_forgery_signs',
    text: 'Mock verdict, nothing was looked at: as if no face showed signs of forgery.',
  },
  inconclusive: {
    probability: 0.5,
    interval: [0.35, 0.65],
    code: 'between_thresholds',
    text: 'Mock verdict, nothing was looked at: as if the probability lay between the thresholds.',
  },
};

export const mockCrop = 'mock-crop.jpg';
export const mockOverlay = 'mock-overlay.jpg';
const moments = [0.5, 1.5, 2.5, 3.5];
const box: [number, number, number, number] = [240, 100, 160, 160];

/** One face through four seconds, as a real verdict would have it, the same each time. */
export function mockJudgement(label: MockLabel): Judgement {
  const { probability, interval, code, text } = fixed[label];
  const logit = Math.round(1e3 * Math.log(probability / (1 - probability))) / 1e3;
  return {
    verdict: label,
    probability,
    interval,
    reasons: [{ code, text, track: 0, atSeconds: moments[0] ?? null }],
    tracks: [
      {
        index: 0,
        startSeconds: 0,
        endSeconds: mockProbe.durationSeconds,
        shots: [0],
        framesSeen: moments.length,
        framesScored: moments.length,
        probability,
        interval,
        abstention: null,
        occlusion: 0.02,
        outOfDomain: 0.03,
        scores: { mock: logit },
        framingDeviation: null,
        motion: 0.03,
        descriptions: [],
        quality: { sizePx: 160, sharpness: 90, exposure: 120, yaw: 0, pitch: 0, roll: 0, weight: 1 },
        observations: moments.map((seconds) => ({ seconds, box, logit, weight: 1 })),
        evidence: [{ seconds: moments[0] ?? 0, box, probability, crop: mockCrop, overlay: mockOverlay }],
      },
    ],
    timeline: moments.map((seconds) => ({ seconds, probability, faces: 1 })),
    cutsSeconds: [],
    framesSeconds: moments,
  };
}

/** Of every mock media item, whatever its bytes are. */
export const mockProbe: Probe = {
  kind: 'video',
  container: 'mock',
  bytes: 0,
  durationSeconds: 4,
  durationFromPackets: false,
  claimedSeconds: 4,
  streamIndex: 0,
  codec: 'mock',
  profile: null,
  pixelFormat: 'yuv420p',
  bitDepth: 8,
  hasAlpha: false,
  colorMatrix: 'bt709',
  fullRange: false,
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

/** 32 x 32 px: a grey square with a cross, which nobody takes for a face. */
export const mockPicture = Buffer.from(
  '/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCDg4NwcHBoaHBwfHyDg4+Tj4eHg4eT' +
    'k5ubm7q6srLZ2eD/////xABRAAEBAQAAAAAAAAAAAAAAAAAGAAQBAQAAAAAAAAAAAAAAAAAAAAAQAQEBAQEBAAAAAAAAAAAAAAEC' +
    'ABExEhEBAAAAAAAAAAAAAAAAAAAAAP/AABEIACAAIAMBEgACEgADEgD/2gAMAwEAAhEDEQA/ALbSWvMAUn08yKIooUwAdo+XmRXF' +
    'NKGACG2ss+4AimfNiwAvi6aBcdl+XuAEV3RSDjtP09wBNNe7FgD/2Q==',
  'base64',
);
