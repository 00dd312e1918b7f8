import { type Hash256, hashFromHex, hashToHex } from './hash256';

/** Hash of one sampled frame of a video; a vPDQ hash is a list of them, in the order of time. */
export interface FrameHash {
  /** Number of the frame in the video, from 0. */
  frame: number;
  /** 0 to 100; frames below 50 take no part in matching. */
  quality: number;
  hash: Hash256;
  /** Since the first frame. */
  seconds: number;
}

/** Digits of a second in the text. */
const secondsDigits = 3;

/** The text that vPDQ's tools read and write: a line `frame,quality,hash,timestamp` for each sampled frame. */
export function formatVideoHash(frames: readonly FrameHash[]): string {
  return frames
    .map(({ frame, quality, hash, seconds }) => {
      return `${frame},${quality},${hashToHex(hash)},${seconds.toFixed(secondsDigits)}\n`;
    })
    .join('');
}

/**
 * Reads vPDQ's text. Empty lines are passed over.
 *
 * @throws RangeError that names the first line which is none
 */
export function parseVideoHash(text: string): FrameHash[] {
  return text.split(/\r?\n/).flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line.trim(), i + 1)]));
}

const linePattern = /^(\d+),(\d{1,3}),([0-9a-f]{64}),(\d+(?:\.\d+)?)$/i;

function parseLine(line: string, number: number): FrameHash {
  const [, frame, quality, hex = '', seconds] = linePattern.exec(line) ?? [];
  if (frame === undefined || Number(quality) > 100) {
    throw new RangeError(`line ${number} is no "frame,quality,hash,timestamp"`);
  }
  return { frame: Number(frame), quality: Number(quality), hash: hashFromHex(hex), seconds: Number(seconds) };
}
