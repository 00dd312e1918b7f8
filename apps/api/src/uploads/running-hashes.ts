import { createHash } from 'node:crypto';

/** Uploads whose hash is kept between two requests; the least recently written go first, and are read at the end. */
const mostKept = 10_000;

/** SHA-256 of an upload from its beginning. */
export class RunningHash {
  private readonly hash = createHash('sha256');
  private length = 0;

  get bytes(): number {
    return this.length;
  }

  update(chunk: Buffer): void {
    this.hash.update(chunk);
    this.length += chunk.length;
  }

  /** Hex of what has come; more may come after it. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }
}

/**
 * Hashes uploads while they come in, so that one whose every byte came through this process need not be read again: from S3 that
 * would be a download of all of it. An upload that another replica or an earlier process had a part in has no hash here.
 */
export class RunningHashes {
  private readonly kept = new Map<string, RunningHash>();

  /**
   * Takes the hash for a request that writes on from `offset`; until `keep` there is none, so that a request that fails leaves none.
   *
   * @returns null where what came before is not known
   */
  begin(key: string, offset: number): RunningHash | null {
    const before = this.kept.get(key);
    this.kept.delete(key);
    if (before?.bytes === offset) return before;
    return offset === 0 ? new RunningHash() : null;
  }

  /** @param end offset that the store gives the upload now: where bytes came that were not written, the hash is worthless */
  keep(key: string, hash: RunningHash | null, end: number): void {
    if (hash?.bytes !== end) return;
    this.kept.set(key, hash);
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
  }

  /** @returns SHA-256 of all `bytes` in hex, or null where they have to be read; asking again gives the same */
  digest(key: string, bytes: number): string | null {
    const hash = this.kept.get(key);
    return hash?.bytes === bytes ? hash.digest() : null;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }
}
