import { Packets } from './read-packets';

/** A frame that can be asked for, and what it takes to get there. */
export interface TimelineFrame {
  /** Seconds from the first frame. */
  seconds: number;
  key: boolean;
  /** Container time of the keyframe where decoding has to start. */
  seekSeconds: number;
  /** Number of the group of pictures, in file order. */
  group: number;
  /** How many frames others refer to lie between that keyframe and this frame, this one included. */
  references: number;
  /** True when later frames (in file order) may refer to it: I and P pictures, not B pictures. */
  isReference: boolean;
}

export interface Timeline {
  originSeconds: number;
  /** Ascending, no time twice. */
  frames: TimelineFrame[];
  /** From the first frame's beginning to the last one's end, seconds. */
  durationSeconds: number;
}

/**
 * Puts packets into the order of display and drops what can't be decoded: frames before the first keyframe, and what
 * the container cuts off.
 *
 * @param seekBy the time that the container's index goes by
 */
export function buildTimeline(packets: Packets, seekBy: 'pts' | 'dts'): Timeline {
  const frames: TimelineFrame[] = [];
  const hasKeyframes = packets.key.includes(true);
  let group = -1;
  let seek = packets[seekBy][0] ?? 0;
  let references = 0;
  let latest = -Infinity;
  let keyPts = -Infinity;
  packets.pts.forEach((pts, i) => {
    const key = packets.key[i] ?? false;
    if (key) {
      group += 1;
      seek = packets[seekBy][i] ?? pts;
      references = 0;
      keyPts = pts;
    }
    // Shown later than everything before it in the file: I or P. B pictures come after the picture they look ahead to.
    const isReference = key || pts > latest;
    latest = Math.max(latest, pts);
    if (isReference) references += 1;
    const decodable = !hasKeyframes || (group >= 0 && pts >= keyPts);
    if (decodable && packets.shown[i]) {
      frames.push({ seconds: pts, key, seekSeconds: seek, group, references, isReference });
    }
  });
  frames.sort((a, b) => a.seconds - b.seconds);
  const originSeconds = frames[0]?.seconds ?? 0;
  const unique = frames.filter((frame, i) => i === 0 || frame.seconds > (frames[i - 1]?.seconds ?? -Infinity));
  for (const frame of unique) frame.seconds = toMicroseconds(frame.seconds - originSeconds);
  const last = unique[unique.length - 1]?.seconds ?? 0;
  return { originSeconds, frames: unique, durationSeconds: last + packets.lastDuration };
}

/** ffprobe prints microseconds; subtraction must not add digits that were never there. */
function toMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
