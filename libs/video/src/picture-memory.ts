/** Pictures kept at most while nobody uses them, bytes: ten of 1080p, more than two inference threads have in hand at once. */
const maxSpareBytes = 10 * 1920 * 1080 * 3;

/**
 * Memory of pictures, used again over frames, segments and scans. Left to the garbage collector it piles up: it is shared with
 * threads, each of which has to collect it too, and what comes free between other memory leaves holes in the process.
 */
export class PictureMemory {
  /** Longest unused first. */
  private spare: Uint8Array[] = [];

  /** @param maxBytes kept for later at most; whatever more is given back is left to the collector */
  constructor(private readonly maxBytes = maxSpareBytes) {}

  /** Shared memory of exactly this length, with anything in it. */
  take(bytes: number): Uint8Array {
    const at = this.spare.findLastIndex(({ length }) => length === bytes);
    return this.spare.splice(at, at < 0 ? 0 : 1)[0] ?? new Uint8Array(new SharedArrayBuffer(bytes));
  }

  /** Once for each that was taken; nobody may use it after that. */
  giveBack(picture: Uint8Array): void {
    this.spare.push(picture);
    let bytes = this.spare.reduce((sum, { length }) => sum + length, 0);
    // Pictures of a size that nobody asks for any more are the first to go.
    while (bytes > this.maxBytes) bytes -= this.spare.shift()?.length ?? bytes;
  }
}

/** Of this process: scans that follow each other mostly have pictures of one size. */
export const pictureMemory = new PictureMemory();
