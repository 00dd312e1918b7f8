import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hostile } from '../../test/media/dist/make-media.js';

const fixture = (name) => resolve(import.meta.dirname, '../../test/fixtures', name);
const good = ['real-a.mp4', 'swapped-a.mp4', 'two-people.webm', 'cut.mkv', 'still.jpg'];
/** The largest picture that a few kilobytes can claim, px a side. */
const hugeSide = 16_000;

/** As the tests of hostile media make them: no media, media that lies, and media that is broken. */
async function makeHostile(folder) {
  const whole = fixture('real-a.mp4');
  const at = (name) => join(folder, name);
  const made = [
    hostile.text(at('text.mp4')),
    hostile.randomBytes(at('random.mp4')),
    hostile.hlsPlaylist(at('playlist.mp4'), whole),
    hostile.disguisedPlaylist(at('disguised.mp4'), whole),
    hostile.audioOnly(at('audio.mp4')),
    hostile.onePixel(at('pixel.png')),
    hostile.hugeStill(at('huge.png'), 'png', hugeSide),
    hostile.noFrames(at('no-frames.avi')),
    hostile.truncated(at('truncated.mp4'), whole, 0.5),
    hostile.scribbled(at('scribbled.mp4'), whole, 0.5, 0.6),
    hostile.lyingDuration(at('lying.mp4'), whole, 900_000),
  ];
  return Promise.all(made);
}

/** @returns a function that gives the next file: good and hostile in turns, and bytes that the service never had before */
export async function openMedia() {
  const folder = mkdtempSync(join(tmpdir(), 'assay-soak-media-'));
  const read = (path) => readFileSync(path);
  const kinds = { good: good.map((name) => read(fixture(name))), hostile: (await makeHostile(folder)).map(read) };
  rmSync(folder, { recursive: true, force: true });
  let number = 0;
  return () => {
    number += 1;
    const of = kinds[number % 2 === 0 ? 'good' : 'hostile'];
    // An empty box of MP4, which players skip; behind the end of anything else.
    const tail = Buffer.alloc(16);
    tail.writeUInt32BE(tail.length, 0);
    tail.write('free', 4);
    tail.writeUInt32BE(number, 8);
    return Buffer.concat([of[(number >> 1) % of.length], tail]);
  };
}
