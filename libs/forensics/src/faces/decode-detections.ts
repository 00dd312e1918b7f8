import { ModelEntry } from '@assay/contracts';
import type { Output } from '../inference/sessions';

/** A face in detector px, before it is mapped to the picture. */
export interface RawFace {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  landmarks: number[];
  score: number;
}

/** Used where a manifest entry states none. */
const defaultScoreThreshold = 0.5;
const defaultNmsIou = 0.4;

/** More candidates than this before suppression are noise; it bounds the quadratic suppression. */
const maxCandidates = 2000;

/**
 * Faces out of a detector's outputs `scores` (1, A), `boxes` (1, A, 4: x1 y1 x2 y2) and `landmarks` (1, A, 10), all in
 * input px, after the manifest's score threshold and greedy non-maximum suppression. Best score first.
 */
export function decodeDetections(outputs: Record<string, Output>, entry: ModelEntry): RawFace[] {
  const scores = outputs['scores']?.data ?? new Float32Array();
  const boxes = outputs['boxes']?.data ?? new Float32Array();
  const landmarks = outputs['landmarks']?.data ?? new Float32Array();
  const threshold = entry.scoreThreshold ?? defaultScoreThreshold;
  const candidates: RawFace[] = [];
  for (let a = 0; a < scores.length; a += 1) {
    const score = scores[a]!;
    if (!(score >= threshold)) continue;
    const [x1, y1, x2, y2] = [boxes[a * 4]!, boxes[a * 4 + 1]!, boxes[a * 4 + 2]!, boxes[a * 4 + 3]!];
    if (!(x2 > x1 && y2 > y1)) continue;
    candidates.push({ x1, y1, x2, y2, landmarks: [...landmarks.subarray(a * 10, a * 10 + 10)], score });
  }
  // Ties in the order of the anchors, so that the result is the same everywhere.
  candidates.sort((a, b) => b.score - a.score);
  return suppress(candidates.slice(0, maxCandidates), entry.nmsIou ?? defaultNmsIou);
}

/** A box this much inside another is the same face found twice (inner face and whole head), however small its share of it. */
const maxContained = 0.7;

/** Greedy non-maximum suppression, of overlapping and of nested boxes; `faces` best first. */
export function suppress(faces: RawFace[], maxIou: number): RawFace[] {
  const kept: RawFace[] = [];
  for (const face of faces) {
    if (kept.every((other) => !isSameFace(face, other, maxIou))) kept.push(face);
  }
  return kept;
}

type Corners = Pick<RawFace, 'x1' | 'y1' | 'x2' | 'y2'>;

function isSameFace(a: Corners, b: Corners, maxIou: number): boolean {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return false;
  const both = width * height;
  const areaA = (a.x2 - a.x1) * (a.y2 - a.y1);
  const areaB = (b.x2 - b.x1) * (b.y2 - b.y1);
  return both / (areaA + areaB - both) > maxIou || both / Math.min(areaA, areaB) > maxContained;
}
