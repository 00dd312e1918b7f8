/** One decoded picture in display orientation. */
export interface Frame {
  /** Presentation time, seconds from the first frame of the file. */
  seconds: number;
  /** px */
  width: number;
  /** px */
  height: number;
  /** RGB24, rows packed: 3 * width * height bytes, backed by a SharedArrayBuffer of its own. */
  data: Uint8Array;
  /**
   * Gives the memory of the pixels back for a later frame; nobody may read `data` after that. Frames that are never given
   * back are left to the garbage collector, which takes its time: a frame of 1080p is 6 MB.
   */
  release(): void;
}

/** How a decode ended. */
export interface DecodeEnd {
  /** Null when every planned frame came; otherwise one sentence about what stopped it. Frames given so far count. */
  error: string | null;
}

/** Bytes of one pixel as frames leave the decoder. */
export const bytesPerPixel = 3;
