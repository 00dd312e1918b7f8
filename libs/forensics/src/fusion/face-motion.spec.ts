import { ffhqLandmarks } from '../testing/ffhq-landmarks';
import { faceMotion, leastMotion } from './face-motion';

/** Holds: where a face is, how large and how turned tells nothing; that its parts move against each other does; too little tells nothing. */
const face = ffhqLandmarks(200);
const sixteen = Array.from({ length: 16 }, (_, i) => i);
const seen = (landmarksAt: (frame: number) => number[], frames = sixteen, step = 0.3) =>
  faceMotion(frames.map((frame) => ({ seconds: step * frame, landmarks: landmarksAt(frame) })));

/** Parts of a pixel, as an encoder moves them. */
const trembling = (frame: number) => face.map((value, i) => value + 0.05 * Math.sin(7 * frame + 3 * i));
/** The mouth opens and the head turns a little. */
const speaking = (frame: number) =>
  face.map((value, i) => value + (i === 4 ? 3 * Math.sin(frame) : i === 7 || i === 9 ? 2 * Math.cos(2 * frame) : 0));
const panned = (frame: number) => {
  const [size, turn] = [1 + 0.02 * frame, 0.01 * frame];
  return face.map((_, i) => {
    const [x, y] = [face[i - (i % 2)]!, face[i - (i % 2) + 1]!];
    const turned = i % 2 === 0 ? x * Math.cos(turn) - y * Math.sin(turn) : x * Math.sin(turn) + y * Math.cos(turn);
    return size * turned + 5 * frame;
  });
};

it('is next to nothing for one picture, whatever an encoder does to it', () => {
  expect(seen(() => face)).toBeLessThan(1e-6);
  expect(seen(trembling)).toBeLessThan(leastMotion / 2);
});

it('does not count that a picture is moved, turned and made larger', () => {
  expect(seen(panned)).toBeLessThan(1e-6);
});

it('is well above the bound for a face that speaks', () => {
  expect(seen(speaking)).toBeGreaterThan(4 * leastMotion);
});

it('is not led by one frame in which the detector slips, but by a few in which a person moves', () => {
  expect(seen((frame) => (frame === 5 ? speaking(1) : face))).toBeLessThan(1e-6);
  expect(seen((frame) => (frame < 3 ? speaking(frame + 1) : face))).toBeGreaterThan(leastMotion);
});

it('says nothing of two frames, of less than a second, and of landmarks in one place', () => {
  expect(seen(speaking, [0, 9])).toBeNull();
  expect(seen(speaking, sixteen, 0.05)).toBeNull();
  expect(seen(() => Array<number>(10).fill(0))).toBeNull();
  expect(faceMotion([])).toBeNull();
});

it('takes frames from all of a long track', () => {
  const long = Array.from({ length: 500 }, (_, i) => i);
  expect(seen((frame) => (frame < 250 ? face : speaking(1)), long)).toBeGreaterThan(leastMotion);
});
