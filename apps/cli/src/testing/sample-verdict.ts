import { Verdict } from '@assay/contracts';

const hex = (digit: string): string => digit.repeat(64);

/** A verdict on a short clip with one judged face, for tests of how verdicts are shown. */
export function sampleVerdict(changes: Partial<Verdict> = {}): Verdict {
  const quality = { sizePx: 121.6, sharpness: 90, exposure: 120, yaw: 0, pitch: 0, roll: 0, weight: 0.9 };
  const sample: Verdict = {
    schema: 'assay.verdict/1',
    scan: `sc_${'1a2b3c4d'.repeat(4)}`,
    media: hex('a'),
    file: 'clip.mp4',
    createdAt: '2026-01-02T03:04:05.678Z',
    verdict: 'likely_manipulated',
    probability: 0.934,
    interval: [0.86, 0.97],
    atPrevalence: { prevalence: 0.05, probability: 0.4268 },
    thresholds: { manipulated: 0.7, authentic: 0.3 },
    policy: { id: 'default', version: 1 },
    reasons: [{ code: 'blending_boundary', text: 'Face 1 shows the edge of a blend.', track: 0, atSeconds: 3.2 }],
    rejection: null,
    kind: 'video',
    durationSeconds: 62.5,
    width: 1280,
    height: 720,
    tracks: [
      {
        index: 0,
        startSeconds: 0,
        endSeconds: 61.25,
        shots: [0],
        framesSeen: 24,
        framesScored: 16,
        probability: 0.934,
        interval: [0.86, 0.97],
        abstention: null,
        occlusion: 0.02,
        outOfDomain: 0.03,
        scores: { xray: 2.7 },
        framingDeviation: null,
        descriptions: [],
        quality,
        observations: [{ seconds: 3.2, box: [10, 20, 100, 120], logit: 2.7, weight: 0.9 }],
        evidence: [
          {
            seconds: 3.2,
            box: [10, 20, 100, 120],
            probability: 0.95,
            crop: 's0-t0-003200.jpg',
            overlay: 's0-t0-003200-overlay.jpg',
          },
        ],
      },
    ],
    timeline: [{ seconds: 3.2, probability: 0.95, faces: 1 }],
    cutsSeconds: [],
    timelinePlot: 'timeline.svg',
    provenance: {
      container: null,
      contentCredentials: 'not_checked',
      contentCredentialsNotChecked: null,
      credentials: null,
    },
    knownMedia: null,
    method: {
      contentSha256: hex('a'),
      assay: '0.1.0',
      tools: { ffmpeg: '5.1' },
      models: [{ id: 'xray', version: '0.1', sha256: hex('b'), task: 'forgery-frame' }],
      modelSet: hex('c'),
      preprocessing: 'face-crop-v1',
      threadsPerSession: 1,
      framesSeconds: [3.2],
    },
    cost: { totalMs: 4000, decodeMs: 1, detectMs: 1, scoreMs: 1, frames: 24, cropsScored: 16 },
  };
  return Verdict.parse({ ...sample, ...changes });
}
