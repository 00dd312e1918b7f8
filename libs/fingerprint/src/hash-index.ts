import { type Hash256, hashWords, matchDistance, popcount } from './hash256';

/** A hash of the index that is near enough to the query. */
export interface IndexHit {
  /** What `add` was given with the hash. */
  item: number;
  /** Bits, 0 to the radius. */
  distance: number;
}

const chunks = 16;
const chunkBits = 16;
const buckets = 1 << chunkBits;
/** End of a list. */
const none = -1;
const firstCapacity = 1024;
/** Up to here two hashes share a chunk but for one bit, since 16 chunks hold at most 31 differences (pigeonhole). */
export const maxRadius = 2 * chunks - 1;

/**
 * Finds the hashes within a Hamming radius among millions: multi-index hashing (Norouzi, Punjani and Fleet, "Fast search in
 * Hamming space with multi-index hashing", CVPR 2012). A hash is cut into 16 chunks of 16 bits, and hangs in one list for
 * each chunk. Whatever lies within 31 bits of a query shares a chunk with it but for at most one bit: 16 x 17 lists hold
 * every answer, and 0.4 % of random hashes.
 *
 * Memory: 100 bytes a hash of capacity (which doubles when it is full) and 4 MB. Answers are exact. Equal hashes lie in
 * the same 16 lists, so a thousand copies of one make a query near it, or the removal of one, as slow as a thousand
 * comparisons: frames that show nothing don't belong in here.
 */
export class HashIndex {
  /** First slot of each list, chunk by chunk. */
  private readonly heads = new Int32Array(chunks * buckets).fill(none);
  /** Slot x chunk: the next slot of the same list. One cache line for each slot. */
  private nexts = new Int32Array(firstCapacity * chunks);
  private words = new Uint32Array(firstCapacity * hashWords);
  private items = new Uint32Array(firstCapacity);
  /** Slots ever used. */
  private used = 0;
  /** Slots given back, each with the next one in its place of `items`. */
  private freeSlot = none;
  private count = 0;
  private compared = 0;

  /** Hashes that queries have looked at so far: what they cost, 30 to 200 ns each. */
  get comparisons(): number {
    return this.compared;
  }

  /** Hashes that are in the index. */
  get size(): number {
    return this.count;
  }

  /** Memory of the index, bytes. */
  get bytes(): number {
    return this.heads.byteLength + this.nexts.byteLength + this.words.byteLength + this.items.byteLength;
  }

  /**
   * Adds a hash; the same one may be added again for another item, or for the same.
   *
   * @param item 0 to 2^32 - 1, given back by queries
   */
  add(hash: Hash256, item: number): void {
    const slot = this.takeSlot();
    this.words.set(hash, slot * hashWords);
    this.items[slot] = item;
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const list = listOf(this.words, slot * hashWords, chunk);
      this.nexts[slot * chunks + chunk] = this.heads[list]!;
      this.heads[list] = slot;
    }
    this.count += 1;
  }

  /** Removes one hash that was added with this item. False when there is none. */
  remove(hash: Hash256, item: number): boolean {
    let slot = this.heads[listOf(hash, 0, 0)]!;
    while (slot !== none && !this.holds(slot, hash, item)) slot = this.nexts[slot * chunks]!;
    if (slot === none) return false;
    for (let chunk = 0; chunk < chunks; chunk += 1) this.unlink(slot, chunk);
    this.words.fill(0, slot * hashWords, (slot + 1) * hashWords);
    this.nexts[slot * chunks] = this.freeSlot;
    this.freeSlot = slot;
    this.count -= 1;
    return true;
  }

  /**
   * Every hash within the radius, each once, in no order.
   *
   * @param radius bits, at most 31
   * @param most comparisons; those found by then are the answer
   * @throws RangeError for a larger radius, which the lists can't answer
   */
  query(hash: Hash256, radius = matchDistance, most = Infinity): IndexHit[] {
    if (radius > maxRadius) throw new RangeError(`the index answers radii up to ${maxRadius}`);
    const hits: IndexHit[] = [];
    const last = this.compared + most;
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const list = listOf(hash, 0, chunk);
      this.searchList(list, chunk, hash, radius, hits, last);
      for (let bit = 0; bit < chunkBits; bit += 1) this.searchList(list ^ (1 << bit), chunk, hash, radius, hits, last);
    }
    return hits;
  }

  /** All hashes with their items, in no order. */
  *entries(): Generator<{ hash: Hash256; item: number }> {
    const free = new Set<number>();
    for (let slot = this.freeSlot; slot !== none; slot = this.nexts[slot * chunks]!) free.add(slot);
    for (let slot = 0; slot < this.used; slot += 1) {
      if (free.has(slot)) continue;
      yield { hash: this.words.slice(slot * hashWords, (slot + 1) * hashWords), item: this.items[slot]! };
    }
  }

  private searchList(list: number, chunk: number, hash: Hash256, radius: number, hits: IndexHit[], last: number): void {
    const { nexts, words } = this;
    let { compared } = this;
    for (let slot = this.heads[list]!; slot !== none && compared < last; slot = nexts[slot * chunks + chunk]!) {
      compared += 1;
      const at = slot * hashWords;
      let bits = 0;
      // Unrelated hashes are given up after three of the eight words.
      for (let i = 0; i < hashWords && bits <= radius; i += 1) bits += popcount(words[at + i]! ^ hash[i]!);
      if (bits <= radius && !this.foundBefore(at, chunk, hash)) hits.push({ item: this.items[slot]!, distance: bits });
    }
    this.compared = compared;
  }

  /** Whether a list of an earlier chunk has led to the same slot. */
  private foundBefore(at: number, chunk: number, hash: Hash256): boolean {
    for (let earlier = 0; earlier < chunk; earlier += 1) {
      if (popcount(chunkOf(this.words, at, earlier) ^ chunkOf(hash, 0, earlier)) <= 1) return true;
    }
    return false;
  }

  private holds(slot: number, hash: Hash256, item: number): boolean {
    return this.items[slot] === item && hash.every((word, i) => word === this.words[slot * hashWords + i]);
  }

  private unlink(slot: number, chunk: number): void {
    const list = listOf(this.words, slot * hashWords, chunk);
    const after = this.nexts[slot * chunks + chunk]!;
    if (this.heads[list] === slot) {
      this.heads[list] = after;
      return;
    }
    let before = this.heads[list]!;
    while (this.nexts[before * chunks + chunk] !== slot) before = this.nexts[before * chunks + chunk]!;
    this.nexts[before * chunks + chunk] = after;
  }

  private takeSlot(): number {
    if (this.freeSlot !== none) {
      const slot = this.freeSlot;
      this.freeSlot = this.nexts[slot * chunks]!;
      return slot;
    }
    if (this.used === this.items.length) this.grow();
    this.used += 1;
    return this.used - 1;
  }

  private grow(): void {
    const capacity = 2 * this.items.length;
    const [nexts, words, items] = [this.nexts, this.words, this.items];
    this.nexts = new Int32Array(capacity * chunks);
    this.nexts.set(nexts);
    this.words = new Uint32Array(capacity * hashWords);
    this.words.set(words);
    this.items = new Uint32Array(capacity);
    this.items.set(items);
  }
}

function chunkOf(words: Uint32Array, at: number, chunk: number): number {
  return (words[at + (chunk >> 1)]! >>> ((chunk & 1) * chunkBits)) & (buckets - 1);
}

function listOf(words: Uint32Array, at: number, chunk: number): number {
  return chunk * buckets + chunkOf(words, at, chunk);
}
