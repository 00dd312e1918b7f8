/**
 * Address space of a tool that has hardly a picture to decode, bytes: libraries, stacks and the arenas that the C library sets
 * aside for each thread. Measured with ffmpeg 5.1: 766 MB with four threads and 320 x 240 px, of which 66 MB are resident. Newer
 * builds run a thread for each filter and output too.
 */
const baseBytes = 2 * 1024 ** 3;
/**
 * For each pixel of the largest picture that it may decode, bytes. Measured at 7680 x 4320, over the base and with four threads: 10-bit
 * AV1 36, 10-bit HEVC 30, H.264 18, a still with 16 bits a channel and alpha 8. Twice the worst, as other builds have other decoders.
 */
const bytesPerPixel = 72;
const bytesPerKilobyte = 1024;

/**
 * How much memory ffmpeg or ffprobe may ask for, as the kernel counts it (RLIMIT_AS, kB): decoders keep as many pictures as
 * a file says they need, and what a hostile one says must not take the machine's memory.
 *
 * @param maxPixels of a picture that it may decode
 */
export function memoryLimitKilobytes(maxPixels: number): number {
  return Math.ceil((baseBytes + bytesPerPixel * maxPixels) / bytesPerKilobyte);
}
