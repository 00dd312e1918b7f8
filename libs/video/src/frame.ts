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
}

/** How a decode ended. */
export interface DecodeEnd {
  /** Null when every planned frame came; otherwise one sentence about what stopped it. Frames given so far count. */
  error: string | null;
}

/** Bytes of one pixel as frames leave the decoder. */
export const bytesPerPixel = 3;
