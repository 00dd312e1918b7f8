/** A face in detector px, before it is mapped to the picture. */
export interface RawFace {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** x, y of right eye, left eye, nose, right and left mouth corner (the person's right). */
  landmarks: number[];
  score: number;
}

/** Values of a box and of five landmarks. */
export const boxValues = 4;
export const landmarkValues = 10;
