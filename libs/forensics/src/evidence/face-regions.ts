/**
 * Regions of an aligned face crop, in face sizes F from the crop's centre (u to the right, v downwards). In face-crop-v1
 * the eyes lie near v = -0.17 and the mouth near v = 0.25 of a frontal face.
 */
export const faceRegions = ['forehead', 'brows', 'eyes', 'nose', 'cheeks', 'mouth', 'jaw'] as const;
export type FaceRegion = (typeof faceRegions)[number];

/** Half axes of the ellipse that holds the face, hairline to chin; outside is background, hair and neck. */
const faceHalfWidth = 0.5;
const faceHalfHeight = 0.58;

/** Region at a place; null outside the face. Bands follow the proportions of a frontal face. */
export function regionAt(u: number, v: number): FaceRegion | null {
  if ((u / faceHalfWidth) ** 2 + (v / faceHalfHeight) ** 2 > 1) return null;
  const side = Math.abs(u);
  if (v < -0.36) return 'forehead';
  if (v < -0.24) return side < 0.34 ? 'brows' : 'forehead';
  if (v < -0.09) return side < 0.34 ? 'eyes' : 'cheeks';
  if (v < 0.15) return side < 0.11 ? 'nose' : 'cheeks';
  if (v < 0.36 && side < 0.2) return 'mouth';
  return v < 0.2 ? 'cheeks' : 'jaw';
}

/** A predicted boundary, 0..1 row by row, over a crop whose side is `margin` face sizes. */
export interface BoundaryMap {
  width: number;
  height: number;
  values: Float32Array;
  margin: number;
}

/** A region is as strong as its strongest quarter: a boundary is a line, and most of the region is not on it. */
const strongestShare = 0.25;

/** Strength of the boundary by region, 0..1 to three decimals, averaged over the maps (one per margin). */
export function regionStrengths(maps: BoundaryMap[]): Record<string, number> {
  const strengths: Record<string, number> = {};
  for (const region of faceRegions) {
    const sum = maps.reduce((total, map) => total + strengthOf(map, region), 0);
    strengths[region] = Math.round((1000 * sum) / Math.max(1, maps.length)) / 1000;
  }
  return strengths;
}

function strengthOf({ width, height, values, margin }: BoundaryMap, region: FaceRegion): number {
  const inside: number[] = [];
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const u = ((j + 0.5) / width - 0.5) * margin;
      const v = ((i + 0.5) / height - 0.5) * margin;
      if (regionAt(u, v) === region) inside.push(values[i * width + j]!);
    }
  }
  inside.sort((a, b) => b - a);
  const count = Math.max(1, Math.round(inside.length * strongestShare));
  return inside.slice(0, count).reduce((sum, value) => sum + value, 0) / count;
}
