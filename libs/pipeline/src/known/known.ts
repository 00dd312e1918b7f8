import type { MediaId } from '@assay/contracts';
import { type FindOptions, type FrameHash, type KnownItem, type KnownMatch, KnownMedia } from '@assay/fingerprint';
import type { KnownLog } from '@assay/storage';
import type { Logger } from '../log';
import { frameOf } from './frame-hashes';
import { KnownEntry } from './known-entry';

/** Something known, as it is searched. */
export interface KnownThing extends KnownItem {
  scope: string;
  entry: Omit<KnownEntry, 'frames'>;
}

/** What is known of media, for the stages: a log that all processes share, and this process's own copy to search in. */
export interface Known {
  /** @param kept false: may give way to newer ones, see `KnownLog` */
  put(scope: string, id: string, entry: KnownEntry, options: { kept: boolean }): Promise<void>;
  remove(scope: string, id: string): Promise<void>;
  /**
   * What of these scopes has frames in common with the query, as of now: changes of others are read first. Of each scope up to 32 things
   * that a decision or a list speaks of, and 32 others, those that share the most: what everybody uploads is known thousands of times.
   */
  findLooks(
    scopes: readonly string[],
    frames: readonly FrameHash[],
    durationSeconds: number | null,
  ): Promise<KnownMatch<KnownThing>[]>;
  /** By the MD5 of the bytes, which is asked for where there is an MD5 to compare it with. */
  findBytes(scopes: readonly string[], md5: () => Promise<string | null>): Promise<KnownThing[]>;
  /** Media of a scope that was scanned before. */
  findMedia(scope: string, media: MediaId): Promise<KnownThing | null>;
  close(): Promise<void>;
}

export interface KnownOptions {
  log: KnownLog;
  /** Media without a decision that are searched at most, for each scope; those with one, and lists, always are. */
  most: number;
  logger: Pick<Logger, 'warn'>;
}

const pageSize = 200;
/** Each is compared frame by frame, 5 to 20 ms, and is a finding of the verdict. */
const mostFound = 32;
/** Decided things decide, and are few; of the others, some of many copies are as good as all. A second or two of a core, at the most. */
const decidedSearch: FindOptions = { most: mostFound, effort: 5e7 };
const otherSearch: FindOptions = { most: mostFound, effort: 1e7 };
const scopesSearched = (scopes: readonly string[]): string[] => [...new Set(scopes)];

export function createKnown({ log, most, logger }: KnownOptions): Known {
  const scopes = new Map<string, FollowedScope>();
  const followed = async (name: string): Promise<FollowedScope> => {
    const scope = scopes.get(name) ?? new FollowedScope(name, log, logger);
    scopes.set(name, scope);
    await scope.follow();
    return scope;
  };
  return {
    put: (scope, id, entry, { kept }) => log.put(scope, { id, value: JSON.stringify(entry) }, { kept, most }),
    remove: (scope, id) => log.remove(scope, id),
    async findLooks(names, frames, durationSeconds) {
      const found: KnownMatch<KnownThing>[] = [];
      for (const name of scopesSearched(names)) {
        const { decided, others } = await followed(name);
        found.push(...(await decided.find(frames, durationSeconds, decidedSearch)));
        found.push(...(await others.find(frames, durationSeconds, otherSearch)));
      }
      return found;
    },
    async findBytes(names, md5) {
      const found: KnownThing[] = [];
      for (const name of scopesSearched(names)) {
        const { byMd5 } = await followed(name);
        const digest = byMd5.size > 0 ? await md5() : null;
        if (digest !== null) for (const same of byMd5.get(digest) ?? []) found.push(same);
      }
      return found;
    },
    findMedia: async (scope, media) => (await followed(scope)).byMedia.get(media) ?? null,
    close: () => log.close(),
  };
}

/** One scope as this process has it. */
class FollowedScope {
  readonly byMedia = new Map<MediaId, KnownThing>();
  readonly byMd5 = new Map<string, Set<KnownThing>>();
  /** Looks of what a decision or a list speaks of. */
  decided = new KnownMedia<KnownThing>();
  others = new KnownMedia<KnownThing>();
  /** By their handles in the log. */
  private readonly things = new Map<string, KnownThing>();
  private place: string | null = null;
  private following: Promise<void> = Promise.resolve();

  constructor(
    private readonly scope: string,
    private readonly log: KnownLog,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** Reads what has changed. Of callers that come together each gets at least what was there when it called. */
  follow(): Promise<void> {
    const following = this.following.then(() => this.readOn());
    // A failure is its caller's; the next one tries again.
    this.following = following.catch(() => undefined);
    return following;
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const { entries, next, anew, more } = await this.log.changes(this.scope, this.place, pageSize);
      if (anew) this.clear();
      for (const { handle, value } of entries) this.set(handle, value);
      this.place = next;
      if (!more) return;
      await new Promise(setImmediate);
    }
  }

  private clear(): void {
    this.things.clear();
    this.byMedia.clear();
    this.byMd5.clear();
    this.decided = new KnownMedia();
    this.others = new KnownMedia();
  }

  private set(handle: string, value: string | null): void {
    this.forget(handle);
    if (value === null) return;
    const parsed = KnownEntry.safeParse(JSON.parse(value));
    if (!parsed.success) return this.logger.warn({ scope: this.scope, handle }, 'what is known cannot be read');
    const { frames, ...entry } = parsed.data;
    const { type, md5, durationSeconds, source } = entry;
    const name = source.kind === 'list' ? source.name : source.media;
    const thing: KnownThing = {
      ...{ scope: this.scope, entry, name, durationSeconds },
      type: type === 'pdq' ? 'pdq' : 'vpdq',
    };
    this.things.set(handle, thing);
    if (source.kind === 'media') this.byMedia.set(source.media, thing);
    if (md5 !== null) {
      // A set, as a list may hold one digest a hundred thousand times.
      const same = this.byMd5.get(md5) ?? new Set();
      this.byMd5.set(md5, same.add(thing));
    }
    if (type !== 'md5') this.looksLike(thing).add(thing, frames.map(frameOf));
  }

  private forget(handle: string): void {
    const thing = this.things.get(handle);
    if (!thing) return;
    this.things.delete(handle);
    this.looksLike(thing).remove(thing);
    const { md5, source } = thing.entry;
    // Removed and put again it has another handle, which may have come first.
    if (source.kind === 'media' && this.byMedia.get(source.media) === thing) this.byMedia.delete(source.media);
    if (md5 === null) return;
    const same = this.byMd5.get(md5);
    same?.delete(thing);
    if (same?.size === 0) this.byMd5.delete(md5);
  }

  private looksLike({ entry: { source, decision } }: KnownThing): KnownMedia<KnownThing> {
    return source.kind === 'list' || decision !== null ? this.decided : this.others;
  }
}
