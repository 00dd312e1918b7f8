import { FaceDecoder, ModelEntry } from '@assay/contracts';
import type { Output } from '../inference/sessions';
import { decoderOf } from '../models/detector-outputs';
import { decodeBoxes } from './decoders/decode-boxes';
import { decodeRetinaface } from './decoders/decode-retinaface';
import { decodeScrfd } from './decoders/decode-scrfd';
import { decodeYunet } from './decoders/decode-yunet';
import { DetectorAnswer } from './decoders/detector-answer';
import { RawFace } from './decoders/raw-face';

/** Used where a manifest entry states none. */
const defaultScoreThreshold = 0.5;
const defaultNmsIou = 0.4;

/** More candidates than this before suppression are noise; it bounds the quadratic suppression. */
const maxCandidates = 2000;

/**
 * Faces out of a detector's outputs, decoded as its manifest entry says, after its score threshold and greedy non-maximum
 * suppression; in input px. Best score first.
 *
 * @throws ModelError when outputs have another shape than the decoder reads, or scores that are no probabilities
 */
export function decodeDetections(
  outputs: Record<string, Output>,
  entry: ModelEntry,
  { width, height }: { width: number; height: number },
): RawFace[] {
  const threshold = entry.scoreThreshold ?? defaultScoreThreshold;
  const answer = new DetectorAnswer(outputs, entry, width, height);
  const candidates = decode(answer, decoderOf(entry), threshold).filter(({ x1, y1, x2, y2 }) => x2 > x1 && y2 > y1);
  // Ties in the order of the anchors, so that the result is the same everywhere.
  candidates.sort((a, b) => b.score - a.score);
  return suppress(candidates.slice(0, maxCandidates), entry.nmsIou ?? defaultNmsIou);
}

function decode(answer: DetectorAnswer, decoder: FaceDecoder, threshold: number): RawFace[] {
  switch (decoder.kind) {
    case 'boxes':
      return decodeBoxes(answer, threshold);
    case 'scrfd':
      return decodeScrfd(answer, decoder, threshold);
    case 'yunet':
      return decodeYunet(answer, decoder, threshold);
    case 'retinaface':
      return decodeRetinaface(answer, decoder, threshold);
  }
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
