import { readFileSync } from 'node:fs';
import { faceClip } from './clips';

/** A fixture that nobody had before: with some bytes that players skip, an empty box in MP4, a tail in JPEG. */
export function newClip(name: 'real-a.mp4' | 'swapped-a.mp4' | 'still.jpg', number: number): Buffer {
  const tail = Buffer.alloc(16);
  tail.writeUInt32BE(tail.length, 0);
  tail.write('free', 4);
  tail.writeUInt32BE(number, 8);
  return Buffer.concat([readFileSync(faceClip(name)), tail]);
}
