import { SentenceLevel, VerdictTrack } from '@assay/contracts';

/** A description less probable than this is not told as a reason. */
const toldFrom = 0.5;

/**
 * The likeliest description of each kind as one sentence: `A guess at what was done, right about half the time: mouth and chin, painted anew by
 * a network, softer than its surroundings.` Null where nothing is likelier than not.
 */
export function descriptionWords(descriptions: VerdictTrack['descriptions']): string | null {
  const best = (level: SentenceLevel) => descriptions.find((d) => d.level === level && d.probability >= toldFrom)?.text;
  const told = (['region', 'operation', 'look'] as const).flatMap((level) => best(level) ?? []);
  return told.length > 0 ? `A guess at what was done, right about half the time: ${told.join(', ')}.` : null;
}
