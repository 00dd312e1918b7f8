import type { Plan, Probe, SegmentResult } from '@assay/contracts';

/** Of a file of which more than this was not seen nobody can say that it is authentic. */
const leastThatMatters = 0.25;

export type Stretch = NonNullable<Plan['passedOver']>[number];

/** Parts of the timeline that could not be read: segments without a result and files that broke off; in their order. */
export function unreadStretches(segments: readonly SegmentResult[], plan: Plan): Stretch[] {
  const present = new Set(segments.map(({ index }) => index));
  const missing = plan.segments.filter(({ index }) => !present.has(index));
  const broken = segments.filter(({ decodeError }) => decodeError !== null);
  return [
    ...missing.map(({ startSeconds, endSeconds }) => ({ startSeconds, endSeconds })),
    ...broken.map(({ startSeconds, endSeconds, framesSeconds }) => ({
      startSeconds: framesSeconds.at(-1) ?? startSeconds,
      endSeconds,
    })),
  ].sort((a, b) => a.startSeconds - b.startSeconds);
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
