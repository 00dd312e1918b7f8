import { Timeline, TimelineFrame } from './timeline';

/**
 * What may be decoded to reach frames between keyframes, pixels of whole video: 400 pictures of 1080p. Pictures that
 * others refer to cost 6.6 ms of CPU each (H.264, 1080p), so this is 1.4 s on two cores, where full decode of a minute
 * (1800 pictures) takes 5.8 s. A file below that is simply decoded.
 */
const decodePixels = 400 * 1920 * 1080;
/** Part of the budget that may go to the first frames of shots before the rest is spread evenly. */
const cutsFraction = 1 / 3;
/** A keyframe this near to the middle of its slot is as good as the middle itself, and cheaper and sharper. */
const nearMiddle = 0.25;

/** Places looked at for each frame that is left over. */
const candidatesPerFrame = 4;

export interface Choice {
  /** Ascending. */
  frames: TimelineFrame[];
  /** True when decoding everything is affordable, so any frame was free to be chosen. */
  decodesAll: boolean;
}

interface Bounds {
  /** Frames to choose at most. */
  frames: number;
  /** Pixels of one coded picture. */
  pixels: number;
  /** False where every picture before a chosen one has to be read: then only keyframes are chosen in long files. */
  canSeek: boolean;
}

/**
 * Chooses which frames are looked at: the beginnings of shots first, then one frame in each of as many equal slots of
 * the timeline as the budget has left, so that no stretch goes unseen. Where a slot has no keyframe, the nearest
 * picture is decoded as long as `decodePixels` lasts, the widest gaps first.
 */
export function chooseFrames(
  timeline: Timeline,
  cuts: TimelineFrame[],
  { frames: budget, pixels, canSeek }: Bounds,
): Choice {
  const { frames } = timeline;
  const decodesAll = frames.length * pixels <= decodePixels;
  if (frames.length <= budget && decodesAll) return { frames, decodesAll };
  const chosen = new Set(firstFramesOfShots(timeline, cuts, Math.floor(budget * cutsFraction)));
  const slots = slotsOf(timeline, budget - chosen.size).filter((slot) => !slot.some((frame) => chosen.has(frame)));
  const empty: TimelineFrame[][] = [];
  for (const slot of slots) {
    const frame = decodesAll
      ? middleFrame(slot)
      : nearestToMiddle(
          slot.filter(({ key }) => key),
          slot,
        );
    if (frame) chosen.add(frame);
    else empty.push(slot);
  }
  fillGaps(empty, chosen, canSeek ? decodePixels / pixels : 0);
  spendRest(timeline, chosen, budget, decodesAll);
  if (chosen.size === 0 && frames[0]) chosen.add(frames[0]);
  return { frames: [...chosen].sort((a, b) => a.seconds - b.seconds), decodesAll };
}

/** The longest shots first: they are most of what a viewer sees. */
function firstFramesOfShots(timeline: Timeline, cuts: TimelineFrame[], most: number): TimelineFrame[] {
  const length = (cut: TimelineFrame, i: number) => (cuts[i + 1]?.seconds ?? timeline.durationSeconds) - cut.seconds;
  return cuts
    .map((cut, i) => ({ cut, seconds: length(cut, i) }))
    .sort((a, b) => b.seconds - a.seconds || a.cut.seconds - b.cut.seconds)
    .slice(0, most)
    .map(({ cut }) => cut);
}

/** The frames of `count` equal parts of the timeline; parts without a frame are left out. */
function slotsOf({ frames, durationSeconds }: Timeline, count: number): TimelineFrame[][] {
  const slots: TimelineFrame[][] = Array.from({ length: count }, () => []);
  for (const frame of frames) {
    const slot = Math.min(count - 1, Math.floor((frame.seconds / Math.max(durationSeconds, Number.EPSILON)) * count));
    slots[slot]?.push(frame);
  }
  return slots.filter(({ length }) => length > 0);
}

function middleFrame(slot: TimelineFrame[]): TimelineFrame | undefined {
  const keyframe = nearestToMiddle(
    slot.filter(({ key }) => key),
    slot,
  );
  const [first, last] = [slot[0], slot[slot.length - 1]];
  const middle = nearestToMiddle(slot, slot);
  if (!keyframe || !middle || !first || !last) return middle;
  const off = Math.abs(keyframe.seconds - middle.seconds);
  return off <= nearMiddle * (last.seconds - first.seconds) ? keyframe : middle;
}

function nearestToMiddle(among: TimelineFrame[], slot: TimelineFrame[]): TimelineFrame | undefined {
  const middle = ((slot[0]?.seconds ?? 0) + (slot[slot.length - 1]?.seconds ?? 0)) / 2;
  return among.reduce<TimelineFrame | undefined>((best, frame) => {
    return best && Math.abs(best.seconds - middle) <= Math.abs(frame.seconds - middle) ? best : frame;
  }, undefined);
}

/** Adds pictures between keyframes, each time in the slot farthest from any chosen frame, while the budget lasts. */
function fillGaps(empty: TimelineFrame[][], chosen: Set<TimelineFrame>, budgetPictures: number): void {
  const candidates = empty.flatMap((slot) => {
    const references = slot.filter(({ isReference }) => isReference);
    return nearestToMiddle(references.length > 0 ? references : slot, slot) ?? [];
  });
  /** Pictures that are decoded already in each group, from its keyframe on. */
  const decoded = new Map<number, number>();
  let left = budgetPictures;
  for (const next of farthestFirst(candidates, chosen)) {
    const before = decoded.get(next.group) ?? 0;
    const cost = Math.max(0, next.references - before);
    if (cost > left) continue;
    left -= cost;
    decoded.set(next.group, Math.max(before, next.references));
    chosen.add(next);
  }
}

/** Shots that lie in one slot with their beginning leave frames over: they go into the widest gaps. */
function spendRest(timeline: Timeline, chosen: Set<TimelineFrame>, budget: number, decodesAll: boolean): void {
  const candidates = slotsOf(timeline, candidatesPerFrame * budget).flatMap(
    (slot) => nearestToMiddle(decodesAll ? slot : slot.filter(({ key }) => key), slot) ?? [],
  );
  const nearest = timeline.durationSeconds / (candidatesPerFrame * budget);
  for (const next of farthestFirst(candidates, chosen)) {
    if (chosen.size >= budget || distance(next, chosen) < nearest) return;
    chosen.add(next);
  }
}

/** Candidates one by one, always the one farthest from every frame chosen by then. */
function* farthestFirst(candidates: TimelineFrame[], chosen: ReadonlySet<TimelineFrame>): Generator<TimelineFrame> {
  const left = [...candidates];
  while (left.length > 0) {
    const next = left.reduce((best, one) => (distance(one, chosen) > distance(best, chosen) ? one : best));
    left.splice(left.indexOf(next), 1);
    yield next;
  }
}

function distance({ seconds }: TimelineFrame, chosen: ReadonlySet<TimelineFrame>): number {
  let nearest = Infinity;
  for (const other of chosen) nearest = Math.min(nearest, Math.abs(other.seconds - seconds));
  return nearest;
}
