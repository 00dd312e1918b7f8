/**
 * One decoded picture: RGB24, rows packed top to bottom, `data.length === width * height * 3`. The bytes should lie in a
 * SharedArrayBuffer of their own, so that inference threads read them without a copy; other memory is copied once.
 */
export interface Frame {
  /** Presentation time, seconds from the first frame of the file. */
  seconds: number;
  width: number;
  height: number;
  data: Uint8Array;
  /** Called once, when nobody wants to know of `data` any more: whoever made the frame may use its memory again. */
  release?(): void;
}

/** The same bytes in memory that threads can share; no copy when they already are. */
export function sharedPixels(data: Uint8Array): Uint8Array<SharedArrayBuffer> {
  if (data.buffer instanceof SharedArrayBuffer) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  shared.set(data);
  return shared;
}

/** @throws RangeError when there are not exactly width x height RGB24 pixels: reading on would judge other memory */
export function checkPixels({ width, height, data }: Pick<Frame, 'width' | 'height' | 'data'>): void {
  if (!(width > 0 && height > 0 && data.length === width * height * 3)) {
    throw new RangeError(`A frame of ${width} x ${height} cannot have ${data.length} bytes of RGB24.`);
  }
}
