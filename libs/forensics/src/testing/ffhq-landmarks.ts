/**
 * Five landmarks as they lie in a picture of FFHQ's framing with a frontal face, px: the eyes are a quarter of the side apart
 * and level, the middle of the mouth is 0.25 of the side below them, and the cut's centre lies a tenth of the way down.
 */
export function ffhqLandmarks(side: number): number[] {
  const eyeY = 0.5 - 0.1 * 0.25;
  const points = [0.375, eyeY, 0.625, eyeY, 0.5, 0.6, 0.4, eyeY + 0.25, 0.6, eyeY + 0.25];
  return points.map((value) => value * side);
}
