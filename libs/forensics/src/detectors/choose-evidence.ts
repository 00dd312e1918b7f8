import { CropScore } from '../inference/messages';
import { Track } from '../tracks/tracker';
import { SeenFace } from './follow-faces';

/** Faces kept as pictures per track: enough to judge by eye, few enough to look at. */
const facesPerTrack = 3;
/** Of a face that is judged in none of its frames: one picture, to see why. */
const picturesOfUnjudged = 1;
/** And per segment, all tracks together: a crowd must not fill the store. */
const facesPerSegment = 24;

/**
 * The faces whose pictures are kept: of each track those that speak most for a forgery, good ones first; the most
 * suspicious tracks when there are too many. A frame that is not judged is no evidence: it is shown only where the face has no other.
 */
export function chooseEvidence(
  tracks: Track<SeenFace>[],
  scores: Map<SeenFace, CropScore[]>,
  isUnjudged: (face: SeenFace) => boolean,
): Set<SeenFace> {
  const ranked = tracks.map(({ sightings }) => {
    const scored = sightings.flatMap((face) => {
      const suspicion = suspicionOf(scores.get(face) ?? []);
      return suspicion === null ? [] : [{ face, suspicion, weight: face.quality.weight }];
    });
    const judged = scored.filter(({ face }) => !isUnjudged(face));
    if (judged.length === 0) {
      // Below every judged one: where there are too many tracks, these are left out first.
      return best(scored.map(({ face, weight }) => ({ face, value: weight - 1 })), picturesOfUnjudged); // prettier-ignore
    }
    return best(judged.map(({ face, suspicion, weight }) => ({ face, value: suspicion * weight })), facesPerTrack); // prettier-ignore
  });
  return new Set(
    ranked
      .sort((a, b) => (b[0]?.value ?? 0) - (a[0]?.value ?? 0))
      .flat()
      .slice(0, facesPerSegment)
      .map(({ face }) => face),
  );
}

interface Valued {
  face: SeenFace;
  value: number;
}

const best = (faces: Valued[], count: number): Valued[] => faces.sort((a, b) => b.value - a.value).slice(0, count);

/** Mean over the detectors of the logit squeezed into 0..1; null where none gave a number. */
function suspicionOf(scores: CropScore[]): number | null {
  const logits = scores.map(({ logit }) => logit).filter(Number.isFinite);
  if (logits.length === 0) return null;
  return logits.reduce((sum, logit) => sum + 1 / (1 + Math.exp(-logit)), 0) / logits.length;
}
