import { FaceDecoder } from '@assay/contracts';
import { DetectorAnswer } from './detector-answer';
import { boxValues, landmarkValues, RawFace } from './raw-face';

/**
 * SCRFD (Guo et al. 2021, arXiv:2105.04714) as InsightFace exports it: distances in strides from the cell's top left corner,
 * cells row by row, the anchors of a cell side by side.
 */
export function decodeScrfd(
  answer: DetectorAnswer,
  { strides, anchorsPerCell }: Extract<FaceDecoder, { kind: 'scrfd' }>,
  threshold: number,
): RawFace[] {
  const faces: RawFace[] = [];
  for (const stride of strides) {
    const anchors = answer.anchors(stride, anchorsPerCell);
    const scores = answer.table(`scores-${stride}`, anchors);
    const boxes = answer.table(`boxes-${stride}`, anchors, boxValues);
    const landmarks = answer.table(`landmarks-${stride}`, anchors, landmarkValues);
    const columns = Math.ceil(answer.width / stride);
    for (let a = 0; a < anchors; a += 1) {
      const score = scores[a]!;
      if (!(score >= threshold)) continue;
      answer.checkScore(score, `scores-${stride}`);
      const cell = Math.floor(a / anchorsPerCell);
      const x = (cell % columns) * stride;
      const y = Math.floor(cell / columns) * stride;
      const [left, top, right, bottom] = boxes.subarray(a * boxValues, (a + 1) * boxValues) as unknown as Box;
      const points = landmarks.subarray(a * landmarkValues, (a + 1) * landmarkValues);
      faces.push({
        x1: x - left * stride,
        y1: y - top * stride,
        x2: x + right * stride,
        y2: y + bottom * stride,
        landmarks: Array.from(points, (value, i) => (i % 2 === 0 ? x : y) + value * stride),
        score,
      });
    }
  }
  return faces;
}

type Box = [number, number, number, number];
