import { median } from './statistics';

/** The usual distance between two moments that were looked at, seconds; null where there are not two. @param framesSeconds ascending */
export function samplingStep(framesSeconds: readonly number[]): number | null {
  if (framesSeconds.length < 2) return null;
  return median(framesSeconds.slice(1).map((seconds, i) => seconds - framesSeconds[i]!));
}
