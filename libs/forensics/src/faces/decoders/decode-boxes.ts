import { DetectorAnswer } from './detector-answer';
import { boxValues, landmarkValues, RawFace } from './raw-face';

/** Faces that the model gives ready: `scores` A, `boxes` A x 4 (x1 y1 x2 y2) and `landmarks` A x 10, all in input px. */
export function decodeBoxes(answer: DetectorAnswer, threshold: number): RawFace[] {
  const anchors = answer.length('scores');
  const scores = answer.table('scores', anchors);
  const boxes = answer.table('boxes', anchors, boxValues);
  const landmarks = answer.table('landmarks', anchors, landmarkValues);
  const faces: RawFace[] = [];
  for (let a = 0; a < anchors; a += 1) {
    const score = scores[a]!;
    if (!(score >= threshold)) continue;
    const [x1, y1, x2, y2] = [boxes[a * 4]!, boxes[a * 4 + 1]!, boxes[a * 4 + 2]!, boxes[a * 4 + 3]!];
    faces.push({ x1, y1, x2, y2, landmarks: [...landmarks.subarray(a * 10, a * 10 + 10)], score });
  }
  return faces;
}
