import { HashIndex } from './hash-index';
import { isUsable } from './match-videos';
import type { FrameHash } from './video-hash';

/** Something known by its looks. */
export interface KnownItem {
  name: string;
  /** `pdq`: one picture; `vpdq`: a video. Names as in python-threatexchange. */
  type: 'pdq' | 'vpdq';
  frames: readonly FrameHash[];
}

/** A frame of the query that looks like a frame of something known. */
export interface FrameMatch {
  seconds: number;
  knownSeconds: number;
  /** Bits, 0 to 31. */
  distance: number;
}

export interface KnownMatch {
  item: KnownItem;
  /** As in `VideoMatch`. */
  queryShare: number;
  comparedShare: number;
  /** For each frame of the query that was found, the nearest known frame; in the order of the query. */
  frames: FrameMatch[];
}

/** Share of the query's frames from which a video counts as known: vPDQ's own threshold. */
export const minQueryShare = 0.8;

/**
 * Things known, and which of them a query shows. Gives the shares of `matchVideos` for all known items at once, at the cost
 * of one look into the index for each frame of the query.
 */
export class KnownMedia {
  private readonly index = new HashIndex();
  private readonly items: KnownItem[] = [];
  /** By number in the index: of which item the frame is, and when it is shown. */
  private readonly itemOf: number[] = [];
  private readonly secondsOf: number[] = [];
  private readonly usableFrames: number[] = [];

  /** Items that were added. */
  get size(): number {
    return this.items.length;
  }

  add(item: KnownItem): void {
    const usable = item.frames.filter(isUsable);
    for (const { hash, seconds } of usable) {
      this.index.add(hash, this.itemOf.length);
      this.itemOf.push(this.items.length);
      this.secondsOf.push(seconds);
    }
    this.items.push(item);
    this.usableFrames.push(usable.length);
  }

  /**
   * Everything known of which at least one frame is in the query, the largest share first.
   *
   * @param query frames of a video, or the one of a still
   */
  find(query: readonly FrameHash[]): KnownMatch[] {
    const usable = query.filter(isUsable);
    const found = new Map<number, { frames: FrameMatch[]; seen: Set<number> }>();
    for (const { hash, seconds } of usable) {
      const nearest = new Map<number, FrameMatch>();
      for (const { item: number, distance } of this.index.query(hash)) {
        const item = this.itemOf[number]!;
        const entry = found.get(item) ?? { frames: [], seen: new Set<number>() };
        found.set(item, entry);
        entry.seen.add(number);
        const best = nearest.get(item);
        const knownSeconds = this.secondsOf[number]!;
        // Of equals the earliest, so that the answer doesn't depend on the order of lists.
        if (!best || distance < best.distance || (distance === best.distance && knownSeconds < best.knownSeconds)) {
          nearest.set(item, { seconds, knownSeconds, distance });
        }
      }
      for (const [item, match] of nearest) found.get(item)!.frames.push(match);
    }
    const matches = [...found].map(([item, { frames, seen }]) => ({
      item: this.items[item]!,
      queryShare: frames.length / usable.length,
      comparedShare: seen.size / this.usableFrames[item]!,
      frames,
    }));
    return matches.sort((a, b) => b.queryShare - a.queryShare || b.comparedShare - a.comparedShare);
  }
}

/** Whether that is enough to call the query known: most of its frames, or a known picture that it shows. */
export function isKnown({ item, queryShare }: KnownMatch): boolean {
  return item.type === 'pdq' || queryShare >= minQueryShare;
}
