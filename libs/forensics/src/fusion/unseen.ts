import type { Plan, Probe, SegmentResult } from '@assay/contracts';

/** Of a file of which more than this was not seen nobody can say that it is authentic. */
const leastThatMatters = 0.25;

/** Times are sums of rounded microseconds, seconds. */
const timeTolerance = 1e-4;

export type Stretch = NonNullable<Plan['passedOver']>[number];

/** Parts of the timeline that could not be read: segments without a result and files that broke off; in their order. */
export function unreadStretches(segments: readonly SegmentResult[], plan: Plan): Stretch[] {
  const present = new Set(segments.map(({ index }) => index));
  const missing = plan.segments.filter(({ index }) => !present.has(index));
  const broken = segments.filter(({ decodeError }) => decodeError !== null);
  return [
    ...missing.map(({ startSeconds, endSeconds }) => ({ startSeconds, endSeconds })),
    ...broken.flatMap((segment) => holesOf(segment, plan)),
  ].sort((a, b) => a.startSeconds - b.startSeconds);
}

/** Between two frames that came, around those that were wanted and did not. */
function holesOf({ index, startSeconds, endSeconds, framesSeconds }: SegmentResult, plan: Plan): Stretch[] {
  const wanted = plan.segments.find((planned) => planned.index === index)?.frameSeconds ?? [];
  const holes: Stretch[] = [];
  let seenUntil = startSeconds;
  let lacking = false;
  for (const [at, seconds] of wanted.entries()) {
    // Where the exact time cannot be read, the first frame behind it comes.
    const next = wanted[at + 1] ?? endSeconds;
    const seen = framesSeconds.find((frame) => frame > seconds - timeTolerance && frame < next - timeTolerance);
    if (seen === undefined) {
      lacking = true;
      continue;
    }
    if (lacking) holes.push({ startSeconds: seenUntil, endSeconds: seen });
    [seenUntil, lacking] = [seen, false];
  }
  if (lacking) holes.push({ startSeconds: seenUntil, endSeconds });
  // Broken, though everything that was wanted came: then behind the last of it.
  return holes.length > 0 ? holes : [{ startSeconds: framesSeconds.at(-1) ?? startSeconds, endSeconds }];
}

/** Whether so much was not seen that what was seen says nothing of the whole. */
export function unseenMatters(
  segments: readonly SegmentResult[],
  plan: Plan,
  { durationSeconds }: Pick<Probe, 'durationSeconds'>,
): boolean {
  const stretches = [...unreadStretches(segments, plan), ...(plan.passedOver ?? [])];
  const unseen = stretches.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  return unseen > leastThatMatters * durationSeconds;
}
