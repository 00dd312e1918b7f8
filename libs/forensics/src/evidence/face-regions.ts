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

/** What a detector drew, 0..1 row by row, over a crop whose side is `margin` face sizes. */
export interface CropMap {
  width: number;
  height: number;
  values: Float32Array;
  margin: number;
}

/** A region is as strong as its strongest quarter: a boundary is a line, and most of the region is not on it. */
const strongestShare = 0.25;

/** Strength of a predicted boundary by region, 0..1 to three decimals, averaged over the maps (one per margin). */
export function regionStrengths(maps: CropMap[]): Record<string, number> {
  const found = maps.map(strengthsOf);
  return Object.fromEntries(
    faceRegions.map((region, r) => {
      const sum = found.reduce((total, strengths) => total + strengths[r]!, 0);
      return [region, Math.round((1000 * sum) / Math.max(1, maps.length)) / 1000];
    }),
  );
}

/** Strength of each region of `faceRegions` in one map. */
function strengthsOf(map: CropMap): number[] {
  const inside: number[][] = faceRegions.map(() => []);
  const regions = regionsOf(map);
  regions.forEach((region, at) => {
    if (region >= 0) inside[region]!.push(map.values[at]!);
  });
  return inside.map((values) => {
    values.sort((a, b) => b - a);
    const count = Math.max(1, Math.round(values.length * strongestShare));
    return values.slice(0, count).reduce((sum, value) => sum + value, 0) / count;
  });
}

/** The inner face, brows to lips, in face sizes: where forgeries show, and what masks, hands and glasses hide of it. */
const innerHalfWidth = 0.3;
const innerTop = -0.25;
const innerBottom = 0.4;

/** Mean over the inner face of maps of what hides it, 0..1 to three decimals; null of no maps. */
export function occlusionShare(maps: CropMap[]): number | null {
  if (maps.length === 0) return null;
  const sum = maps.reduce((total, map) => total + innerMean(map), 0);
  return Math.round((1000 * sum) / maps.length) / 1000;
}

function innerMean({ width, height, margin, values }: CropMap): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < height; i += 1) {
    const v = ((i + 0.5) / height - 0.5) * margin;
    if (v < innerTop || v > innerBottom) continue;
    for (let j = 0; j < width; j += 1) {
      if (Math.abs(((j + 0.5) / width - 0.5) * margin) > innerHalfWidth) continue;
      sum += values[i * width + j]!;
      count += 1;
    }
  }
  return sum / Math.max(1, count);
}

/** Every crop of a model has the same size and one of few margins, and there are dozens of crops a scan. */
const tables = new Map<string, Int8Array>();
const tablesKept = 16;

/** Index in `faceRegions` of each cell of a map, row by row; -1 outside the face. */
function regionsOf({ width, height, margin }: CropMap): Int8Array {
  const key = `${width}x${height}@${margin}`;
  const known = tables.get(key);
  if (known) return known;
  const table = new Int8Array(width * height);
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const region = regionAt(((j + 0.5) / width - 0.5) * margin, ((i + 0.5) / height - 0.5) * margin);
      table[i * width + j] = region ? faceRegions.indexOf(region) : -1;
    }
  }
  if (tables.size >= tablesKept) tables.clear();
  tables.set(key, table);
  return table;
}
