import { Outcome, Plan, Policy, Probe, Segment, accepted, rejected } from '@assay/contracts';
import { chooseFrames } from './choose-frames';
import { withoutRepeatedTimes } from './clock-jump';
import { cutCandidates } from './cut-candidates';
import { frameBudget } from './frame-budget';
import { passedOver } from './passed-over';
import { Packets } from './read-packets';
import { Timeline, TimelineFrame, buildTimeline } from './timeline';

/** Containers whose index finds a keyframe, and the time that the index goes by. The others are read from the start. */
const seekTimes: Record<string, 'pts' | 'dts'> = { mov: 'pts', matroska: 'pts', avi: 'dts', mpegts: 'dts' };
/** Length given to a still's only segment, seconds: a segment has to have one. */
const stillSeconds = 0.04;

/** The plan for a still: one frame, nothing to choose. */
export function planStill(probe: Probe, policy: Policy): Plan {
  return {
    ...decodeSize(probe, policy),
    originSeconds: 0,
    frameBudget: 1,
    cutCandidatesSeconds: [],
    keyframeCount: 1,
    segments: [
      { index: 0, startSeconds: 0, endSeconds: stillSeconds, mode: 'all', frameSeconds: [0], seekSeconds: [] },
    ],
  };
}

/**
 * Decides which frames of a video are looked at, and in which segments. Pure: same packets, probe and policy, same plan.
 *
 * @returns `no_frames` when no packet can be shown
 */
export function planFromPackets(allPackets: Packets, probe: Probe, policy: Policy): Outcome<Plan> {
  const { packets, hiddenSeconds } = withoutRepeatedTimes(allPackets);
  const seekBy = seekTime(packets, probe);
  const timeline = buildTimeline(packets, seekBy ?? 'dts');
  if (timeline.frames.length === 0) return rejected('no_frames', 'The video has no frame that can be shown.');
  const cuts = cutCandidates(timeline);
  const budget = frameBudget(timeline.durationSeconds, policy.frames);
  const pixels = probe.codedWidth * probe.codedHeight;
  const choice = chooseFrames(timeline, cuts, { frames: budget, pixels, canSeek: seekBy !== undefined });
  const { durationSeconds: end } = timeline;
  // Behind the rest, as on a player's clock: it has no time of its own.
  const hidden =
    hiddenSeconds > 0 ? [{ startSeconds: end, endSeconds: end + hiddenSeconds, cause: 'repeated_times' as const }] : [];
  const over = [...passedOver(choice.frames, timeline, budget), ...hidden];
  return accepted({
    ...decodeSize(probe, policy),
    ...(over.length > 0 ? { passedOver: over } : {}),
    originSeconds: timeline.originSeconds,
    frameBudget: budget,
    cutCandidatesSeconds: cuts.map(({ seconds }) => seconds),
    keyframeCount: timeline.frames.filter(({ key }) => key).length,
    segments: cutIntoSegments(choice.frames, timeline, policy, seekBy !== undefined).map((frames, index) =>
      describeSegment(frames, index, choice.decodesAll, seekBy !== undefined),
    ),
  });
}

/** AVI has no presentation times, so only a file of keyframes alone, where nothing is reordered, can be jumped about in. */
function seekTime({ key }: Packets, { container }: Probe): 'pts' | 'dts' | undefined {
  return container === 'avi' && key.includes(false) ? undefined : seekTimes[container];
}

/** The display size, made smaller where the policy says so; never larger. */
function decodeSize({ width, height }: Probe, { frames }: Policy): Pick<Plan, 'decodeWidth' | 'decodeHeight'> {
  const scale = Math.min(1, frames.maxSidePx / Math.max(width, height));
  return {
    decodeWidth: Math.max(1, Math.round(width * scale)),
    decodeHeight: Math.max(1, Math.round(height * scale)),
  };
}

/** A video twice as long is cut in two: the decoder of one half runs while the faces of the other are scored, seconds. */
const halfSeconds = 20;
/** A last frame that sticks out by a rounding error makes no segment of its own; part of a segment. */
const roundingSlack = 0.01;

interface SegmentFrames {
  startSeconds: number;
  endSeconds: number;
  frames: TimelineFrame[];
}

/** Equal parts of at most `segmentSeconds`; a part without a chosen frame is no segment. */
function cutIntoSegments(
  chosen: TimelineFrame[],
  { durationSeconds }: Timeline,
  policy: Policy,
  seekable: boolean,
): SegmentFrames[] {
  const length = Math.max(durationSeconds, stillSeconds);
  // Without an index the second half would be read, and decoded, from the beginning.
  const fewest = seekable && length >= 2 * halfSeconds ? 2 : 1;
  const count = Math.max(fewest, Math.ceil(length / policy.frames.segmentSeconds - roundingSlack));
  const bounds = Array.from({ length: count }, (_, i) => [(i * length) / count, ((i + 1) * length) / count] as const);
  return bounds
    .map(([startSeconds, endSeconds], i) => ({
      startSeconds,
      endSeconds,
      frames: chosen.filter(({ seconds }) => seconds >= startSeconds && (seconds < endSeconds || i === count - 1)),
    }))
    .filter(({ frames }) => frames.length > 0);
}

function describeSegment(
  { startSeconds, endSeconds, frames }: SegmentFrames,
  index: number,
  decodesAll: boolean,
  seekable: boolean,
): Segment {
  const onlyKeyframes = frames.every(({ key }) => key);
  const first = frames[0]?.seekSeconds ?? 0;
  // Decoding everything is one pass; from the beginning of the file it needs no index at all.
  const seekSeconds = decodesAll ? frames.map(() => first) : frames.map((frame) => frame.seekSeconds);
  const readsFromStart = !seekable || (decodesAll && index === 0);
  return {
    index,
    startSeconds,
    endSeconds,
    mode: onlyKeyframes ? 'keyframes' : decodesAll ? 'all' : 'references',
    frameSeconds: frames.map(({ seconds }) => seconds),
    seekSeconds: readsFromStart ? [] : seekSeconds,
  };
}
