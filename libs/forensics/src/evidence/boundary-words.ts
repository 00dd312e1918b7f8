import { FaceObservation } from '@assay/contracts';
import { FaceRegion, faceRegions } from './face-regions';
import { listText } from './time-text';

/** A boundary weaker than this, 0..1, is not spoken of. */
const spokenFrom = 0.25;
/** Regions at least this close to the strongest one are named with it. */
const nearStrongest = 0.7;
const mostNamed = 3;

const words: Record<FaceRegion, string> = {
  forehead: 'forehead',
  brows: 'brows',
  eyes: 'eyes',
  nose: 'nose',
  cheeks: 'cheeks',
  mouth: 'mouth',
  jaw: 'jaw',
};

/** Where the predicted boundary runs over some frames: `cheeks and jaw`, strongest first; null where it is weak. */
export function boundaryWords(observations: FaceObservation[]): string | null {
  const drawn = observations.flatMap(({ regions, quality }) => (regions ? [{ regions, weight: quality.weight }] : []));
  const total = drawn.reduce((sum, { weight }) => sum + weight, 0);
  if (total <= 0) return null;
  const strengths = faceRegions
    .map((region) => ({
      region,
      strength: drawn.reduce((sum, { regions, weight }) => sum + weight * (regions[region] ?? 0), 0) / total,
    }))
    .sort((a, b) => b.strength - a.strength);
  const strongest = strengths[0]!.strength;
  if (strongest < spokenFrom) return null;
  const named = strengths.filter(({ strength }) => strength >= nearStrongest * strongest).slice(0, mostNamed);
  return listText(named.map(({ region }) => words[region]));
}
