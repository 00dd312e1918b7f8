import { BoundaryMap } from './face-regions';
import { heatColours } from './heat-colour';

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
      const p = at * 3;
      if (isContour(heat, side, x, y, level)) {
        out.fill(255, p, p + 3);
        continue;
      }
      const value = heat[at]!;
      const opacity = value < visibleFrom ? 0 : fullOpacity * Math.sqrt((value - visibleFrom) / (1 - visibleFrom));
      const colour = Math.round(Math.min(1, Math.max(0, value)) * 255) * 3;
      const luma = 0.299 * rgb[p]! + 0.587 * rgb[p + 1]! + 0.114 * rgb[p + 2]!;
      for (let c = 0; c < 3; c += 1) {
        const below = rgb[p + c]! + greyShare * (luma - rgb[p + c]!);
        out[p + c] = below + opacity * (heatColours[colour + c]! - below) + 0.5;
      }
    }
  }
  return out;
}

/** On the inner side of the level line. A quarter of a million calls a picture: no closures, no arrays. */
function isContour(heat: Float32Array, side: number, x: number, y: number, level: number): boolean {
  const at = y * side + x;
  if (!(heat[at]! >= level)) return false;
  if (x === 0 || y === 0 || x === side - 1 || y === side - 1) return true;
  return heat[at - 1]! < level || heat[at + 1]! < level || heat[at - side]! < level || heat[at + side]! < level;
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
