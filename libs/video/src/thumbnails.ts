import type { Readable } from 'node:stream';
import type { Probe } from '@assay/contracts';
import { parseFrameTime, timeTolerance, turn } from './filter-graph';
import { LineSplitter } from './lines';

/** One decoded picture in grey, upright, squeezed into a square. */
export interface Thumbnail {
  /** Presentation time, seconds from the first frame of the file. */
  seconds: number;
  /** thumbnailSide x thumbnailSide bytes, row by row, 0 black to 255 white. */
  luma: Uint8Array;
}

export interface ThumbnailWish {
  /** Of the decoded pictures in each such stretch of time the first gives a thumbnail, seconds. */
  everySeconds: number;
  take(thumbnail: Thumbnail): void;
}

/** Side of a thumbnail, px. The tools of PDQ bring a picture down to this square before they hash it (DOWNSAMPLE_DIMS). */
export const thumbnailSide = 512;
const thumbnailBytes = thumbnailSide * thumbnailSide;
/** Clocks of files are rounded to their time base: a picture may seem to come this much too soon, seconds. */
const clockTolerance = 1e-3;

/**
 * Filters of the branch that makes thumbnails of what the decoder gives, wanted by the scan or not. It ends with the last
 * wanted frame, so that nothing is decoded for it alone.
 *
 * @param lastTime of the last wanted frame, on ffmpeg's clock for this run, seconds
 */
export function thumbnailFilters(probe: Probe, everySeconds: number, lastTime: number): string {
  const { colorMatrix, fullRange } = probe;
  const colours =
    colorMatrix === 'rgb' ? '' : `:in_color_matrix=${colorMatrix}:in_range=${fullRange ? 'full' : 'limited'}`;
  const stretch = (time: string): string => `floor((${time}+${clockTolerance})/${everySeconds.toFixed(6)})`;
  return [
    `trim=end=${(lastTime + timeTolerance).toFixed(6)}`,
    `select='isnan(prev_selected_t)+gt(${stretch('t')},${stretch('prev_selected_t')})'`,
    `scale=${thumbnailSide}:${thumbnailSide}:flags=area+accurate_rnd+bitexact${colours}:out_range=full`,
    ...turn(probe),
    'format=gray',
    'settb=AVTB',
    "metadata=mode=add:key=assay:value=1,metadata=mode=print:file='pipe\\:6':direct=1",
  ].join(',');
}

/**
 * Joins pictures (descriptor 5) and times (descriptor 6) as they come: either may be early.
 *
 * @param toSeconds from ffmpeg's clock to seconds from the first frame
 */
export function thumbnailOutputs(
  take: ThumbnailWish['take'],
  toSeconds: (clock: number) => number,
): ((output: Readable) => void)[] {
  const pictures: Uint8Array[] = [];
  const times: number[] = [];
  const join = (): void => {
    while (pictures.length > 0 && times.length > 0) {
      take({ seconds: Math.round(toSeconds(times.shift()!) * 1e6) / 1e6, luma: pictures.shift()! });
    }
  };
  let picture = new Uint8Array(thumbnailBytes);
  let filled = 0;
  return [
    (output) =>
      void output.on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length;) {
          const part = chunk.subarray(at, at + thumbnailBytes - filled);
          picture.set(part, filled);
          filled += part.length;
          at += part.length;
          if (filled < thumbnailBytes) continue;
          pictures.push(picture);
          picture = new Uint8Array(thumbnailBytes);
          filled = 0;
        }
        join();
      }),
    (output) => {
      const lines = new LineSplitter((line) => {
        const seconds = parseFrameTime(line);
        if (seconds === null) return;
        times.push(seconds);
        join();
      });
      output.on('data', lines.write).on('end', lines.end);
    },
  ];
}
