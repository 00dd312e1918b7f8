import { join } from 'node:path';
import { Plan, Policy, Probe, Segment, defaultPolicy } from '@assay/contracts';
import { Frame } from '../frame';

/** Pictures that the hand-made models of testdata/tiny-models understand: 4 x 3 cells of 32 px, a reddish cell is a face. */
export const tinyModelsDir = join(__dirname, '../../testdata/tiny-models');
export const sceneWidth = 128;
export const sceneHeight = 96;
const cell = 32;

export interface Actor {
  column: number;
  row: number;
  /** 0..1: how forged the tiny detector finds the face; 0.5 = undecided. */
  forged: number;
  /** 0..1: how green the person is, to tell people apart. */
  green?: number;
}

/** A frame with some faces; `ground` 0-255 fills the rest. */
export function scene(seconds: number, actors: Actor[], ground = 0): Frame {
  const data = new Uint8Array(new SharedArrayBuffer(sceneWidth * sceneHeight * 3)).fill(ground);
  for (const { column, row, forged, green = 0.2 } of actors) {
    for (let y = 0; y < cell; y += 1) {
      for (let x = 0; x < cell; x += 1) {
        // A checkered texture keeps the cell from counting as blurred; its mean is what the models see.
        const texture = (x + y) % 2 === 0 ? 24 : -24;
        const at = ((row * cell + y) * sceneWidth + column * cell + x) * 3;
        data[at] = 200 + texture;
        data[at + 1] = 255 * green * (y < cell / 2 ? 1.2 : 0.8);
        data[at + 2] = Math.round(255 * forged);
      }
    }
  }
  return { seconds, width: sceneWidth, height: sceneHeight, data };
}

export async function* frames(
  all: Frame[],
  error: string | null = null,
): AsyncGenerator<Frame, { error: string | null }> {
  for (const frame of all) yield frame;
  return { error };
}

export const scenePolicy: Policy = {
  ...defaultPolicy,
  faces: { ...defaultPolicy.faces, minSizePx: 20 },
};

export function sceneSegment(seconds: number[], index = 0, startSeconds = 0): Segment {
  const endSeconds = Math.max(...seconds, startSeconds) + 1;
  return { index, startSeconds, endSeconds, mode: 'all', frameSeconds: seconds, seekSeconds: [] };
}

export function scenePlan(segments: Segment[], cutCandidatesSeconds: number[] = []): Plan {
  return {
    originSeconds: 0,
    frameBudget: 64,
    decodeWidth: sceneWidth,
    decodeHeight: sceneHeight,
    cutCandidatesSeconds,
    keyframeCount: 1,
    segments,
  };
}

export const sceneProbe: Probe = {
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
  hasAlpha: false,
  interlaced: false,
  colorMatrix: 'bt709',
  fullRange: false,
  rotation: 0,
  codedWidth: 2 * sceneWidth,
  codedHeight: 2 * sceneHeight,
  width: 2 * sceneWidth,
  height: 2 * sceneHeight,
  framesPerSecond: 25,
  variableFrameRate: false,
  bitRate: null,
  streams: { video: 1, audio: 0, other: 0 },
  muxer: null,
  encoder: null,
  device: null,
  createdAt: null,
};
