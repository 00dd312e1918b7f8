import { FaceDecoder } from '@assay/contracts';
import { DetectorAnswer } from './detector-answer';
import { boxValues, landmarkValues, RawFace } from './raw-face';

/**
 * YuNet (Wu et al. 2023, doi:10.1007/s11633-023-1423-y): one anchor a cell; the score is the geometric mean of class and objectness; centre
 * and landmarks are offsets from the cell's top left corner in strides, the size is e to the power of the value in strides.
 */
export function decodeYunet(
  answer: DetectorAnswer,
  { strides }: Extract<FaceDecoder, { kind: 'yunet' }>,
  threshold: number,
): RawFace[] {
  const faces: RawFace[] = [];
  for (const stride of strides) {
    const anchors = answer.anchors(stride, 1);
    const classes = answer.table(`class-${stride}`, anchors);
    const objectness = answer.table(`objectness-${stride}`, anchors);
    const boxes = answer.table(`boxes-${stride}`, anchors, boxValues);
    const landmarks = answer.table(`landmarks-${stride}`, anchors, landmarkValues);
    const columns = Math.ceil(answer.width / stride);
    for (let a = 0; a < anchors; a += 1) {
      const score = Math.sqrt(classes[a]! * objectness[a]!);
      if (!(score >= threshold)) continue;
      answer.checkScore(score, `class-${stride}`);
      const column = a % columns;
      const row = Math.floor(a / columns);
      const [across, down, logWidth, logHeight] = boxes.subarray(a * boxValues, (a + 1) * boxValues) as unknown as Box;
      const centreX = (column + across) * stride;
      const centreY = (row + down) * stride;
      const halfWidth = (Math.exp(logWidth) * stride) / 2;
      const halfHeight = (Math.exp(logHeight) * stride) / 2;
      const points = landmarks.subarray(a * landmarkValues, (a + 1) * landmarkValues);
      faces.push({
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
        landmarks: Array.from(points, (value, i) => ((i % 2 === 0 ? column : row) + value) * stride),
        score,
      });
    }
  }
  return faces;
}

type Box = [number, number, number, number];
