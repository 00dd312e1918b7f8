import { type Alignment, alignVideos, type FrameMatch } from './align-videos';
import { type PackedFrames, pairFrames } from './frame-pairs';
import { HashIndex } from './hash-index';
import { distance, hashWords, matchDistance } from './hash256';
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
/** Frames of a query that the effort has to be enough for. */
const fewestAsked = 16;

/**
 * Frames that differ from the one that is indexed by no more than this are not: a still scene would fill the index with one picture. An
 * encode moves a hash by 10 bits or so, of the 31 that may lie between two that look alike. Bits.
 */
const stillBits = 8;
/**
 * Nor are more than two a second, or sixteen of what is shorter than eight: the query is asked for with all of its frames, eight a second, so
 * one of them lies within a sixteenth of a second of each. What two videos have in common for two seconds is found by one of four frames, and compared with
 * all of them. Dense, 5,000 minutes took 400 MB and half a second for each query.
 */
const landmarkSeconds = 0.5;
const fewestLandmarks = 16;
/** Times are kept in milliseconds. */
const timeError = 0.001;

/** Usable frames of one item, which have numbers in a row. */
interface Block<Item> extends PackedFrames {
  first: number;
  item: Item;
}

export interface FindOptions {
  /** Items that are compared with the query at most: those that share the most frames with it, of equals those known longest. All by default. */
  most?: number;
  /**
   * Hashes that are looked at to find them, 30 to 200 ns each; no bound by default. Where it is too few for all frames of the query, as
   * the same is known a thousand times, frames from everywhere in it are asked for, and some of the thousand are found.
   */
  effort?: number;
}

/**
 * Things known, and which of them a query shows: one look into the index for each frame of the query, then a comparison and an
 * alignment for each item of which a frame was found. What a thousand people upload is known a thousand times: `most` and `effort` bound it.
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
    const block = { first: this.next, item, ...packed(usable) };
    for (const i of landmarks(block)) this.index.add(hashAt(block, i), block.first + i);
    this.next += usable.length;
    this.blocks.push(block);
    this.blockOf.set(item, block);
  }

  /** @param item the very one that was added */
  remove(item: Item): void {
    const block = this.blockOf.get(item);
    if (!block) return;
    for (const i of landmarks(block)) this.index.remove(hashAt(block, i), block.first + i);
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
  async find(
    query: readonly FrameHash[],
    durationSeconds: number | null = null,
    options: FindOptions = {},
  ): Promise<KnownMatch<Item>[]> {
    const asked = packed(query.filter(isUsable));
    const matches: KnownMatch<Item>[] = [];
    for (const block of await this.candidates(asked, options)) {
      const match = compared(asked, durationSeconds, block);
      if (match) matches.push(match);
      await new Promise(setImmediate);
    }
    return matches.sort((a, b) => b.queryShare - a.queryShare || b.comparedShare - a.comparedShare);
  }

  private async candidates(
    asked: PackedFrames,
    { most = Infinity, effort = Infinity }: FindOptions,
  ): Promise<Block<Item>[]> {
    const votes = new Map<Block<Item>, { frames: number; last: number }>();
    let left = effort;
    for (const [turn, i] of spread(asked.seconds.length).entries()) {
      if (left <= 0) break;
      if (turn % queriesAtOnce === queriesAtOnce - 1 || effort < Infinity) await new Promise(setImmediate);
      // Counted here: others ask in between.
      const before = this.index.comparisons;
      const hits = this.index.query(hashAt(asked, i), matchDistance, Math.min(left, effort / fewestAsked));
      left -= this.index.comparisons - before;
      for (const { item: number } of hits) {
        const block = this.blockWith(number);
        const vote = votes.get(block);
        if (!vote) votes.set(block, { frames: 1, last: i });
        else if (vote.last !== i) Object.assign(vote, { frames: vote.frames + 1, last: i });
      }
    }
    const ranked = [...votes].map(([block, { frames }]) => ({ block, frames }));
    ranked.sort((a, b) => b.frames - a.frames || a.block.first - b.block.first);
    return ranked.slice(0, most).map(({ block }) => block);
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

/** @returns null where no frames look alike: the index told of a neighbour of one that does */
function compared<Item extends KnownItem>(
  asked: PackedFrames,
  durationSeconds: number | null,
  block: Block<Item>,
): KnownMatch<Item> | null {
  const { nearest, knownFound, pairs, seconds } = pairFrames(asked, block);
  const known = { seconds: [...block.seconds], durationSeconds: block.item.durationSeconds ?? null };
  const alignment = alignVideos(pairs, { seconds, durationSeconds }, known);
  if (!alignment) return null;
  return {
    item: block.item,
    queryShare: nearest.length / asked.seconds.length,
    comparedShare: knownFound / block.seconds.length,
    frames: nearest,
    alignment,
  };
}

/** All numbers below `count`, so that the first of them, however many are taken, lie all over. */
function spread(count: number): number[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  const places = Array.from({ length: count }, (_, i) => ({ i, at: (i * golden) % 1 }));
  // The rank of i golden sections is a permutation whose neighbours are far apart.
  const order = new Array<number>(count);
  places.sort((a, b) => a.at - b.at).forEach(({ i }, rank) => (order[i] = rank));
  return order;
}

function packed(frames: readonly FrameHash[]): PackedFrames {
  const hashes = new Uint32Array(frames.length * hashWords);
  frames.forEach(({ hash }, i) => hashes.set(hash, i * hashWords));
  return { hashes, seconds: Float64Array.from(frames, ({ seconds }) => seconds) };
}

const hashAt = ({ hashes }: PackedFrames, i: number): Uint32Array =>
  hashes.subarray(i * hashWords, (i + 1) * hashWords);

/** Frames that a video is found by: of each still stretch the first, and of moving ones a few. */
function landmarks(frames: PackedFrames): number[] {
  const { seconds } = frames;
  const span = seconds.length > 0 ? seconds[seconds.length - 1]! - seconds[0]! : 0;
  const apart = Math.min(landmarkSeconds, span / fewestLandmarks) - timeError;
  let last: { hash: Uint32Array; at: number } | null = null;
  return [...seconds.keys()].filter((i) => {
    const [hash, at] = [hashAt(frames, i), seconds[i]!];
    if (last && (at - last.at < apart || distance(last.hash, hash) <= stillBits)) return false;
    last = { hash, at };
    return true;
  });
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
