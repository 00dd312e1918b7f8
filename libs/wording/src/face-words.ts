import type { VerdictTrack } from '@assay/contracts';
import { chance } from './numbers';
import { abstentionWords } from './verdict-words';

/** An edited film has dozens of faces: more than these are shown, and their pictures fetched, when somebody asks. */
export const facesAtOnce = 6;

/** What the button says that shows the rest. */
export const moreFaces = (count: number): string => (count === 1 ? 'Show 1 more face' : `Show ${count} more faces`);

/**
 * Faces in the order in which a person wants to see them: first those that are judged by themselves, the most suspicious on
 * top, then those that are judged with others alone, then those that are not judged. Their numbers stay those of time.
 */
export function mostSuspiciousFirst(tracks: readonly VerdictTrack[]): VerdictTrack[] {
  return [...tracks].sort(
    (a, b) =>
      Number(a.abstention !== null) - Number(b.abstention !== null) || (b.probability ?? -1) - (a.probability ?? -1),
  );
}

/** `93 % (86 % – 97 %)`, and, where a face is not judged by it, why. */
export function faceWords({ probability, interval, abstention }: VerdictTrack): string {
  const why = abstention && (abstentionWords[abstention] ?? 'not judged');
  if (probability === null) return why ?? 'not judged';
  if (why) return `${why} by itself (${chance(probability)})`;
  return `${chance(probability)}${interval ? ` (${chance(interval[0])} – ${chance(interval[1])})` : ''}`;
}

/** `0.0 s – 4.2 s`; of a face in one frame its moment. @param moment how a time is written */
export function spanWords(
  { startSeconds, endSeconds }: Pick<VerdictTrack, 'startSeconds' | 'endSeconds'>,
  moment: (seconds: number) => string,
): string {
  const [start, end] = [moment(startSeconds), moment(endSeconds)];
  return start === end ? `at ${start}` : `${start} – ${end}`;
}
