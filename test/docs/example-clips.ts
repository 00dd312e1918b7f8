import type { Box, FaceObservation, Probe, SegmentResult, SegmentTrack } from '@assay/contracts';

/** What a face of an example was like; everything else about it is fair. */
export interface ExampleFace {
  /** Left edge, px. */
  x: number;
  sizePx: number;
  sharpness: number;
  /** How much it counts, 0 to 1. */
  weight: number;
  /** Of the detector, frame by frame; null where it was not scored. */
  logits: (number | null)[];
  /** Where a boundary was drawn, by region of the face. */
  regions: Record<string, number>;
  /** Tells faces apart. */
  look: number[];
}

/** Detector of the examples. */
export const exampleDetector = 'xray';
/** Frames that were looked at, seconds. */
const framesSeconds = [0.4, 1.2, 2, 2.8, 3.6, 4.4, 5.2, 6];

/** A clip of six seconds that exists nowhere: facts as ffprobe would have them. */
export const exampleProbe: Probe = {
  ...{ kind: 'video', container: 'mov', bytes: 1_843_200, durationSeconds: 6.4, durationFromPackets: false },
  ...{ claimedSeconds: 6.4, streamIndex: 0, codec: 'h264', profile: 'High', pixelFormat: 'yuv420p', bitDepth: 8 },
  ...{ hasAlpha: false, colorMatrix: 'bt709', fullRange: false, interlaced: false, rotation: 0 },
  ...{ codedWidth: 1280, codedHeight: 720, width: 1280, height: 720, framesPerSecond: 25, variableFrameRate: false },
  ...{ bitRate: 2_304_000, streams: { video: 1, audio: 1, other: 0 } },
  ...{ muxer: 'Lavf61.7.100', encoder: null, device: null, createdAt: null },
};

/** What looking at such a clip leaves, as the stage `look` writes it. */
export function exampleSegment(faces: ExampleFace[]): SegmentResult {
  return {
    ...{ schema: 'assay.segment/1', index: 0, startSeconds: 0, endSeconds: exampleProbe.durationSeconds },
    ...{ framesSeconds, cutsSeconds: [], facesSeen: faces.length * framesSeconds.length, facesTooSmall: 0 },
    tracks: faces.map(trackOf),
    decodeError: null,
    cost: { decodeMs: 412, detectMs: 655, scoreMs: 1384, cropsScored: faces.length * framesSeconds.length },
  };
}

function trackOf({ x, sizePx, sharpness, weight, logits, regions, look }: ExampleFace, index: number): SegmentTrack {
  const observations = framesSeconds.map((seconds, i): FaceObservation => {
    const logit = logits[i] ?? null;
    const box: Box = [x + 2 * i, 180, sizePx, Math.round(1.2 * sizePx)];
    const picture = `s0-t${index}-${i}`;
    return {
      ...{ seconds, box, landmarks: Array<number>(10).fill(0), detectorScore: 0.93 },
      quality: { sizePx, sharpness, exposure: 118, yaw: 0.08, pitch: -0.03, roll: 1.5, weight },
      logits: logit === null ? {} : { [exampleDetector]: logit },
      ...{ regions, occlusion: 0.03, outOfDomain: 0.05 },
      crop: logit === null ? null : `${picture}.jpg`,
      overlay: logit === null ? null : `${picture}-overlay.jpg`,
    };
  });
  return { index, shot: 0, observations, appearance: look };
}
