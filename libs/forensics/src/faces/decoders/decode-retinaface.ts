import { FaceDecoder } from '@assay/contracts';
import { DetectorAnswer } from './detector-answer';
import { boxValues, landmarkValues, RawFace } from './raw-face';

/** Background and face. */
const classes = 2;

/**
 * RetinaFace (Deng et al. 2020, arXiv:1905.00641) as biubug6/Pytorch_Retinaface exports it in its test phase: `scores` after softmax,
 * boxes and landmarks relative to square priors in the middle of each cell, scaled by the variances.
 */
export function decodeRetinaface(
  answer: DetectorAnswer,
  { levels, variances }: Extract<FaceDecoder, { kind: 'retinaface' }>,
  threshold: number,
): RawFace[] {
  const anchors = levels.reduce((sum, { stride, sizes }) => sum + answer.anchors(stride, sizes.length), 0);
  const scores = answer.table('scores', anchors, classes);
  const boxes = answer.table('boxes', anchors, boxValues);
  const landmarks = answer.table('landmarks', anchors, landmarkValues);
  const [centreVariance, sizeVariance] = variances;
  const faces: RawFace[] = [];
  let first = 0;
  for (const { stride, sizes } of levels) {
    const columns = Math.ceil(answer.width / stride);
    const count = answer.anchors(stride, sizes.length);
    for (let i = 0; i < count; i += 1) {
      const a = first + i;
      const score = scores[a * classes + 1]!;
      if (!(score >= threshold)) continue;
      answer.checkScore(score, 'scores');
      const size = sizes[i % sizes.length]!;
      const cell = Math.floor(i / sizes.length);
      const priorX = ((cell % columns) + 0.5) * stride;
      const priorY = (Math.floor(cell / columns) + 0.5) * stride;
      const [across, down, logWidth, logHeight] = boxes.subarray(a * boxValues, (a + 1) * boxValues) as unknown as Box;
      const reach = centreVariance * size;
      const centreX = priorX + across * reach;
      const centreY = priorY + down * reach;
      const halfWidth = (size * Math.exp(logWidth * sizeVariance)) / 2;
      const halfHeight = (size * Math.exp(logHeight * sizeVariance)) / 2;
      const points = landmarks.subarray(a * landmarkValues, (a + 1) * landmarkValues);
      faces.push({
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
        landmarks: Array.from(points, (value, k) => (k % 2 === 0 ? priorX : priorY) + value * reach),
        score,
      });
    }
    first += count;
  }
  return faces;
}

type Box = [number, number, number, number];
