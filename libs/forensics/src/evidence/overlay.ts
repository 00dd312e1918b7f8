import { BoundaryMap } from './face-regions';
import { heatColour } from './heat-colour';

/** Opacity of the heat where the predicted boundary is certain. */
const fullOpacity = 0.75;
/** A weaker boundary is noise and leaves the picture as it is. */
const visibleFrom = 0.12;
/** The contour runs where the boundary is this share of its maximum, when that maximum is worth a line. */
const contourShare = 0.5;
const contourLeastMaximum = 0.25;
/** The picture below loses this share of its colour, so that skin is not read as heat. */
const greyShare = 0.7;

/**
 * Draws the predicted blending boundary over a face crop: heat from blue-green (weak) to yellow (strong), and a white
 * contour around the strongest area.
 *
 * @param rgb `side` x `side` RGB24, not changed
 * @param map over the same crop, of any size
 * @returns `side` x `side` RGB24
 */
export function drawOverlay(rgb: Uint8Array, side: number, map: BoundaryMap): Uint8Array {
  const heat = enlarged(map, side);
  const maximum = heat.reduce((most, value) => Math.max(most, value), 0);
  const level = maximum >= contourLeastMaximum ? maximum * contourShare : Infinity;
  const out = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const at = y * side + x;
      const value = heat[at]!;
      const colour = heatColour(value);
      const opacity = value < visibleFrom ? 0 : fullOpacity * Math.sqrt((value - visibleFrom) / (1 - visibleFrom));
      const onContour = isContour(heat, side, x, y, level);
      const luma = 0.299 * rgb[at * 3]! + 0.587 * rgb[at * 3 + 1]! + 0.114 * rgb[at * 3 + 2]!;
      for (let c = 0; c < 3; c += 1) {
        const below = rgb[at * 3 + c]! + greyShare * (luma - rgb[at * 3 + c]!);
        out[at * 3 + c] = onContour ? 255 : Math.round(below + opacity * (colour[c]! - below));
      }
    }
  }
  return out;
}

/** On the inner side of the level line. */
function isContour(heat: Float32Array, side: number, x: number, y: number, level: number): boolean {
  const inside = (dx: number, dy: number) => {
    const [nx, ny] = [x + dx, y + dy];
    return nx >= 0 && ny >= 0 && nx < side && ny < side && heat[ny * side + nx]! >= level;
  };
  return inside(0, 0) && !(inside(1, 0) && inside(-1, 0) && inside(0, 1) && inside(0, -1));
}

/** Bilinear, cell centres aligned, edges held. */
function enlarged({ width, height, values }: BoundaryMap, side: number): Float32Array {
  const out = new Float32Array(side * side);
  for (let y = 0; y < side; y += 1) {
    const v = Math.min(height - 1, Math.max(0, ((y + 0.5) * height) / side - 0.5));
    const y0 = Math.floor(v);
    const y1 = Math.min(height - 1, y0 + 1);
    for (let x = 0; x < side; x += 1) {
      const u = Math.min(width - 1, Math.max(0, ((x + 0.5) * width) / side - 0.5));
      const x0 = Math.floor(u);
      const x1 = Math.min(width - 1, x0 + 1);
      const top = values[y0 * width + x0]! + (u - x0) * (values[y0 * width + x1]! - values[y0 * width + x0]!);
      const low = values[y1 * width + x0]! + (u - x0) * (values[y1 * width + x1]! - values[y1 * width + x0]!);
      out[y * side + x] = top + (v - y0) * (low - top);
    }
  }
  return out;
}
