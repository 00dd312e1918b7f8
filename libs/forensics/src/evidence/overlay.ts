import { CropMap } from './face-regions';
import { heatColours } from './heat-colour';

/** Opacity of the heat where the map is certain: the face below has to stay readable. */
const fullOpacity = 0.55;
/** Weaker heat is noise and leaves the picture as it is. */
const visibleFrom = 0.12;
/** The contour runs where the map is this share of its maximum, when that maximum is worth a line. */
const contourShare = 0.5;
const contourLeastMaximum = 0.25;
/** The picture below loses this share of its colour, so that skin is not read as heat. */
const greyShare = 0.7;

/** Colours and opacities are looked up at this many levels of heat. */
const levels = 256;
const opacities = Float32Array.from({ length: levels }, (_, level) => {
  const value = level / (levels - 1);
  return value < visibleFrom ? 0 : fullOpacity * Math.sqrt((value - visibleFrom) / (1 - visibleFrom));
});

/**
 * Draws where a forgery is suspected over a face crop: heat from blue-green (weak) to yellow (strong), and a white
 * contour around the strongest area.
 *
 * @param rgb `side` x `side` RGB24, not changed
 * @param map over the same crop, of any size
 * @returns `side` x `side` RGB24
 */
export function drawOverlay(rgb: Uint8Array, side: number, map: CropMap): Uint8Array {
  const heat = enlarged(map, side);
  let maximum = 0;
  for (const value of heat) if (value > maximum) maximum = value;
  const level = maximum >= contourLeastMaximum ? maximum * contourShare : Infinity;
  const out = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const at = y * side + x;
      const p = at * 3;
      if (isContour(heat, side, x, y, level)) {
        out[p] = out[p + 1] = out[p + 2] = 255;
        continue;
      }
      const value = heat[at]!;
      const step = value <= 0 ? 0 : value >= 1 ? levels - 1 : (value * (levels - 1) + 0.5) | 0;
      const opacity = opacities[step]!;
      const red = rgb[p]!;
      const green = rgb[p + 1]!;
      const blue = rgb[p + 2]!;
      const luma = greyShare * (0.299 * red + 0.587 * green + 0.114 * blue);
      const below = (1 - opacity) * (1 - greyShare);
      const grey = (1 - opacity) * luma + 0.5;
      const colour = step * 3;
      out[p] = below * red + grey + opacity * heatColours[colour]!;
      out[p + 1] = below * green + grey + opacity * heatColours[colour + 1]!;
      out[p + 2] = below * blue + grey + opacity * heatColours[colour + 2]!;
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
function enlarged({ width, height, values }: CropMap, side: number): Float32Array {
  const [left, share] = positions(width, side);
  const [above, down] = positions(height, side);
  const out = new Float32Array(side * side);
  for (let y = 0; y < side; y += 1) {
    const top = above[y]! * width;
    const low = Math.min(height - 1, above[y]! + 1) * width;
    const v = down[y]!;
    for (let x = 0; x < side; x += 1) {
      const x0 = left[x]!;
      const x1 = x0 < width - 1 ? x0 + 1 : x0;
      const u = share[x]!;
      const upper = values[top + x0]! + u * (values[top + x1]! - values[top + x0]!);
      const lower = values[low + x0]! + u * (values[low + x1]! - values[low + x0]!);
      out[y * side + x] = upper + v * (lower - upper);
    }
  }
  return out;
}

/** For each of `side` pixels: the cell before it, and how far it lies towards the next one, 0..1. */
function positions(cells: number, side: number): [Int32Array, Float32Array] {
  const before = new Int32Array(side);
  const share = new Float32Array(side);
  for (let i = 0; i < side; i += 1) {
    const at = Math.min(cells - 1, Math.max(0, ((i + 0.5) * cells) / side - 0.5));
    before[i] = Math.floor(at);
    share[i] = at - before[i]!;
  }
  return [before, share];
}
