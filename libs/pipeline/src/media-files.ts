import type { LocalFile, ObjectStore } from '@assay/storage';
import type { MediaSource } from '@assay/video';
import { MediaRanges } from './media-ranges';
import { MediaServer } from './media-server';
import { SharedUse } from './shared-use';

/**
 * A file below this is fetched whole where a part would do, bytes: one request for it takes about as long as the dozen that
 * its parts would take. See docs/decisions/009.
 */
const wholeBelowBytes = 16 * 1024 ** 2;

/** Media to decode from. */
export interface OpenMedia {
  source: MediaSource;
  /** Calling twice is fine. */
  release(): Promise<void>;
}

/**
 * Media for the tools that read it, fetched once for all segments that this process looks at: as local files, or in the parts
 * that are read of it. With a folder store both cost nothing.
 */
export class MediaFiles {
  private readonly files: SharedUse<LocalFile>;
  private readonly parts: SharedUse<MediaRanges>;
  private readonly server = new MediaServer();

  /** @param remote the same store where it is another machine's: of its objects, parts can be less than the whole */
  constructor(
    store: Pick<ObjectStore, 'localFile'>,
    private readonly remote: Pick<ObjectStore, 'stat' | 'stream'> | null = null,
  ) {
    this.files = new SharedUse(
      (key, signal) => store.localFile(key, signal),
      (file) => file.release(),
    );
    this.parts = new SharedUse(
      (key, signal) => openRanges(key, remote, signal),
      (ranges) => ranges.close(),
    );
  }

  /** The whole. @returns null when there is no such object; release the file when done with it */
  async open(key: string, signal: AbortSignal): Promise<LocalFile | null> {
    const used = await this.files.use(key, signal);
    return used && { path: used.value.path, release: used.release };
  }

  /** For a reader of some of it. @returns null when there is no such object; release it when done with it */
  async openParts(key: string, signal: AbortSignal): Promise<OpenMedia | null> {
    if (this.remote && !this.files.has(key)) {
      const used = await this.parts.use(key, signal);
      if (used) {
        const served = await this.server.serve(used.value).catch(async (error: unknown) => {
          await used.release();
          throw error;
        });
        const release = async (): Promise<void> => {
          served.close();
          await used.release();
        };
        return { source: served, release };
      }
    }
    const file = await this.open(key, signal);
    return file && { source: file.path, release: () => file.release() };
  }

  /** Gives everything back; for shutdown and for deletion of media. */
  async close(): Promise<void> {
    await Promise.all([this.files.close(), this.parts.close()]);
    await this.server.close();
  }
}

/** @returns null when there is nothing to be gained by it, or no such object */
async function openRanges(
  key: string,
  remote: Pick<ObjectStore, 'stat' | 'stream'> | null,
  signal: AbortSignal,
): Promise<MediaRanges | null> {
  const stat = await remote?.stat(key, signal);
  if (!remote || !stat || stat.bytes < wholeBelowBytes) return null;
  return MediaRanges.open(remote, { key, bytes: stat.bytes }, signal);
}
