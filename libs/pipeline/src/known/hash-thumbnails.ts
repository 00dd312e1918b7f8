import { type FrameHash, quickPdqHash } from '@assay/fingerprint';
import { type Thumbnail, thumbnailSide, type ThumbnailWish } from '@assay/video';
import { storedFrame } from './frame-hashes';

/**
 * Hashes a second, as far as frames are decoded at all. Two videos are cut in different places, and where people move, a
 * quarter of a second is another picture: eight bring any two looks within a sixteenth of a second.
 */
const mostPerSecond = 8;
/** Longer videos are looked at less densely: their excerpts are longer too. */
const mostOfVideo = 480;

/** Takes a fingerprint while the frames of a scan are decoded: a millisecond a hash, on the thread that only waits. */
export class ThumbnailHasher implements ThumbnailWish {
  readonly everySeconds: number;
  private readonly hashes = new Map<number, Omit<FrameHash, 'frame'>>();

  /** @param durationSeconds of the whole video, not of the segment */
  constructor(durationSeconds: number) {
    this.everySeconds = Math.max(1 / mostPerSecond, durationSeconds / mostOfVideo);
  }

  readonly take = ({ seconds, luma }: Thumbnail): void => {
    // By their time: a file that had to be read a second time gives them again.
    this.hashes.set(seconds, { seconds, ...quickPdqHash({ luma, width: thumbnailSide, height: thumbnailSide }) });
  };

  stored(): string[] {
    return [...this.hashes.values()].sort((a, b) => a.seconds - b.seconds).map(storedFrame);
  }
}
