import { Probe } from '@assay/contracts';

/** How a still is cut around a face, against how generators of portraits cut theirs. */
export interface Framing {
  /** Largest distance of a picture corner from where FFHQ's alignment of this face puts it, in picture sides. */
  deviation: number;
  /** Probability that the picture was generated, by its framing alone. Never 0: it is null then, for it tells nothing. */
  probability: number;
}

/** Width and height of a generated portrait may differ by this share after somebody scaled it. */
const squareWithin = 0.02;

/**
 * The corners follow from five landmarks, each a few per cent of the eyes' distance off, which moves a corner by up to 0.1;
 * further away a picture was not cut like that.
 */
const surelyWithin = 0.06;
const within = 0.1;

/**
 * A portrait cut like this by chance is rare (1 of 196 photographs of faces looked at), but whoever prepares a data set or an
 * avatar cuts photographs the same way, so that framing alone is never near certainty.
 */
const mostProbable = 0.9;
const leastProbable = 0.6;

/**
 * Generators of the StyleGAN family learnt from FFHQ, whose pictures are turned, scaled and cut by eyes and mouth (Karras et
 * al., 2019): what they make has its eyes in one place. Compared are the four corners of that cut with the picture's own.
 * A cue that people can check with a ruler, lost when the picture is cut anew; see docs/decisions/006.
 *
 * @param landmarks x, y of right eye, left eye, nose, right and left mouth corner, px of the original picture
 * @param probe as it is displayed; `still` for a video, too, that shows one picture throughout
 * @returns null where the framing tells nothing: moving pictures, other shapes than a square, another cut
 */
export function portraitFraming(
  landmarks: number[],
  { kind, width, height }: Pick<Probe, 'kind' | 'width' | 'height'>,
): Framing | null {
  if (kind !== 'still' || Math.abs(width - height) > squareWithin * Math.max(width, height)) return null;
  const corners = alignedCorners(landmarks);
  const sides = [0, 0, 0, height, width, height, width, 0];
  const side = Math.max(width, height);
  const deviation = Math.max(...corners.map((value, i) => Math.abs(value - sides[i]!))) / side;
  if (!(deviation <= within)) return null;
  const doubt = Math.max(0, (deviation - surelyWithin) / (within - surelyWithin));
  return { deviation, probability: mostProbable - doubt * (mostProbable - leastProbable) };
}

/** Corners of FFHQ's cut: upper left, lower left, lower right, upper right, as x, y in the landmarks' px. */
function alignedCorners(landmarks: number[]): number[] {
  const [rightX, rightY, leftX, leftY, , , mouthRightX, mouthRightY, mouthLeftX, mouthLeftY] = landmarks as FivePoints;
  const eye = { x: (rightX + leftX) / 2, y: (rightY + leftY) / 2 };
  const eyes = { x: leftX - rightX, y: leftY - rightY };
  const down = { x: (mouthRightX + mouthLeftX) / 2 - eye.x, y: (mouthRightY + mouthLeftY) / 2 - eye.y };
  // Half a side along the eyes' line, which counts as much as the line at right angles to that from eyes to mouth.
  let along = { x: eyes.x + down.y, y: eyes.y - down.x };
  const length = Math.hypot(along.x, along.y);
  const half = Math.max(2 * Math.hypot(eyes.x, eyes.y), 1.8 * Math.hypot(down.x, down.y));
  along = { x: (along.x / length) * half, y: (along.y / length) * half };
  const across = { x: -along.y, y: along.x };
  const centre = { x: eye.x + 0.1 * down.x, y: eye.y + 0.1 * down.y };
  return [
    ...[centre.x - along.x - across.x, centre.y - along.y - across.y],
    ...[centre.x - along.x + across.x, centre.y - along.y + across.y],
    ...[centre.x + along.x + across.x, centre.y + along.y + across.y],
    ...[centre.x + along.x - across.x, centre.y + along.y - across.y],
  ];
}

type FivePoints = [number, number, number, number, number, number, number, number, number, number];
