import { type Alignment, alignVideos, type FrameMatch } from './align-videos';
import { HashIndex } from './hash-index';
import { hashWords } from './hash256';
import { isUsable } from './match-videos';
import type { FrameHash } from './video-hash';

/** Something known by its looks. */
export interface KnownItem {
  name: string;
  /** `pdq`: one picture; `vpdq`: a video. Names as in python-threatexchange. */
  type: 'pdq' | 'vpdq';
  /** Of a video, where it is known. */
  durationSeconds?: number | null;
}

export interface KnownMatch<Item extends KnownItem = KnownItem> {
  item: Item;
  /** As in `VideoMatch`. */
  queryShare: number;
  comparedShare: number;
  /** For each frame of the query that was found, the nearest known frame; in the order of the query. */
  frames: FrameMatch[];
  alignment: Alignment;
}

/**
 * How a query and something known belong together. `copy`: the same from end to end. `excerpt`: the query is a part of it.
 * `contains`: it is a part of the query. `part`: they have a part in common.
 */
export type Relation = 'copy' | 'excerpt' | 'contains' | 'part';

/** Share of the query's frames from which a video counts as known: vPDQ's own threshold. */
export const minQueryShare = 0.8;
/** Share of the frames that can be compared at one offset from which two videos show the same, and how few are too few. */
export const minAlignedShare = 0.5;
const minAlignedFrames = 3;
/** From here on a stretch is all of a video: what players and editors cut off at both ends. */
const wholeShare = 0.8;

/** Queries looked up before others get their turn: a millisecond each in a million hashes. */
const queriesAtOnce = 16;

/** Usable frames of one item, which have numbers in a row; packed, as there are millions. */
interface Block<Item> {
  first: number;
  item: Item;
  hashes: Uint32Array;
  seconds: Float64Array;
}

/**
 * Things known, and which of them a query shows: one look into the index for each frame of the query, then an alignment for
 * each item of which a frame was found.
 */
export class KnownMedia<Item extends KnownItem = KnownItem> {
  private readonly index = new HashIndex();
  /** In the order of their numbers. */
  private blocks: Block<Item>[] = [];
  private readonly blockOf = new Map<Item, Block<Item>>();
  private next = 0;

  /** Items that were added. */
  get size(): number {
    return this.blockOf.size;
  }

  /** Hashes that are looked through. */
  get hashes(): number {
    return this.index.size;
  }

  /** @param frames in the order of time */
  add(item: Item, frames: readonly FrameHash[]): void {
    const usable = frames.filter(isUsable);
    const block = {
      first: this.next,
      item,
      hashes: new Uint32Array(usable.length * hashWords),
      seconds: Float64Array.from(usable, ({ seconds }) => seconds),
    };
    usable.forEach(({ hash }, i) => {
      block.hashes.set(hash, i * hashWords);
      this.index.add(hash, block.first + i);
    });
    this.next += usable.length;
    this.blocks.push(block);
    this.blockOf.set(item, block);
  }

  /** @param item the very one that was added */
  remove(item: Item): void {
    const block = this.blockOf.get(item);
    if (!block) return;
    for (let i = 0; i < block.seconds.length; i += 1) {
      this.index.remove(block.hashes.subarray(i * hashWords, (i + 1) * hashWords), block.first + i);
    }
    this.blockOf.delete(item);
    // Numbers are not given out again, so that what is left keeps its order.
    if (this.blocks.length > 2 * this.blockOf.size)
      this.blocks = this.blocks.filter(({ item }) => this.blockOf.has(item));
  }

  /**
   * Everything known of which at least one frame is in the query, the largest share first. Lets others have the event loop
   * in between.
   *
   * @param query frames of a video, or the one of a still
   * @param durationSeconds of the query, where it is known
   */
  async find(query: readonly FrameHash[], durationSeconds: number | null = null): Promise<KnownMatch<Item>[]> {
    const usable = query.filter(isUsable);
    const found = new Map<Block<Item>, FrameMatch[]>();
    for (const [i, { hash, seconds }] of usable.entries()) {
      if (i % queriesAtOnce === queriesAtOnce - 1) await new Promise(setImmediate);
      for (const { item: number, distance } of this.index.query(hash)) {
        const block = this.blockWith(number);
        const knownSeconds = block.seconds[number - block.first]!;
        const pairs = found.get(block) ?? [];
        pairs.push({ seconds, knownSeconds, distance });
        found.set(block, pairs);
      }
    }
    const times = { seconds: usable.map(({ seconds }) => seconds), durationSeconds };
    const matches = [...found].map(([block, pairs]): KnownMatch<Item> => {
      const known = {
        seconds: [...block.seconds],
        durationSeconds: block.item.durationSeconds ?? null,
      };
      const frames = nearestOfEach(pairs);
      return {
        item: block.item,
        queryShare: frames.length / usable.length,
        comparedShare: new Set(pairs.map(({ knownSeconds }) => knownSeconds)).size / block.seconds.length,
        frames,
        // There is a pair, so there is an offset.
        alignment: alignVideos(pairs, times, known)!,
      };
    });
    return matches.sort((a, b) => b.queryShare - a.queryShare || b.comparedShare - a.comparedShare);
  }

  private blockWith(number: number): Block<Item> {
    let [low, high] = [0, this.blocks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.blocks[middle]!.first <= number) low = middle;
      else high = middle - 1;
    }
    return this.blocks[low]!;
  }
}

/** Of equals the earliest, so that the answer doesn't depend on the order of lists. */
function nearestOfEach(pairs: readonly FrameMatch[]): FrameMatch[] {
  const nearest = new Map<number, FrameMatch>();
  for (const pair of pairs) {
    const best = nearest.get(pair.seconds);
    const nearer =
      !best ||
      pair.distance < best.distance ||
      (pair.distance === best.distance && pair.knownSeconds < best.knownSeconds);
    if (nearer) nearest.set(pair.seconds, pair);
  }
  return [...nearest.values()];
}

/**
 * Whether a query shows something known: a picture that it shows in any frame, or a video with which most of the frames
 * that can be compared agree at one offset, and at least three of them do, or all where there are fewer.
 *
 * @param minShare of the frames that can be compared, 0 to 1
 */
export function isKnown({ item, queryShare, alignment }: KnownMatch, minShare = minAlignedShare): boolean {
  if (item.type === 'pdq' || queryShare >= minQueryShare) return true;
  const { share, matched, fewest } = alignment;
  return matched >= Math.min(minAlignedFrames, fewest) && share >= minShare;
}

export function relationOf({ alignment: { queryCovered, knownCovered } }: KnownMatch): Relation {
  const [query, known] = [queryCovered >= wholeShare, knownCovered >= wholeShare];
  if (query && known) return 'copy';
  return query ? 'excerpt' : known ? 'contains' : 'part';
}
