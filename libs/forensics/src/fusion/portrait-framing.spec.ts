import { ffhqLandmarks } from '../testing/ffhq-landmarks';
import { portraitFraming } from './portrait-framing';

/** Holds: FFHQ's cut is known by its landmarks at any size, fades as they move, and every other cut tells nothing. */
const still = { kind: 'still' as const, width: 256, height: 256 };
const moved = (dx: number, dy: number, zoom = 1) =>
  ffhqLandmarks(256).map((value, i) => (value - 128) * zoom + 128 + (i % 2 === 0 ? dx : dy));

it.each([64, 256, 1024])('knows the cut in a picture of %d px', (side) => {
  const found = portraitFraming(ffhqLandmarks(side), { kind: 'still', width: side, height: side });
  expect(found!.deviation).toBeLessThan(1e-9);
  expect(found!.probability).toBeCloseTo(0.9);
});

it('is less sure the further the corners are off, then silent', () => {
  const near = portraitFraming(moved(0.05 * 256, 0), still)!;
  const far = portraitFraming(moved(0.09 * 256, 0), still)!;
  expect(near.probability).toBeGreaterThan(far.probability);
  expect(far.deviation).toBeCloseTo(0.09);
  expect(far.probability).toBeGreaterThan(0.5);
  expect(portraitFraming(moved(0.11 * 256, 0), still)).toBeNull();
});

it('says nothing of a closer, a turned or a mirrored-in-height cut', () => {
  expect(portraitFraming(moved(0, 0, 1.4), still)).toBeNull();
  const turned = ffhqLandmarks(256).map((_, i, all) => {
    const x = all[i - (i % 2)]! - 128;
    const y = all[i - (i % 2) + 1]! - 128;
    const angle = (15 * Math.PI) / 180;
    return 128 + (i % 2 === 0 ? x * Math.cos(angle) - y * Math.sin(angle) : x * Math.sin(angle) + y * Math.cos(angle));
  });
  expect(portraitFraming(turned, still)).toBeNull();
  const upsideDown = ffhqLandmarks(256).map((value, i) => (i % 2 === 0 ? value : 256 - value)); // prettier-ignore
  expect(portraitFraming(upsideDown, still)).toBeNull();
});

it('says nothing of landmarks that are all in one place', () => {
  expect(portraitFraming(Array<number>(10).fill(128), still)).toBeNull();
});

it.each([{ kind: 'video' as const }, { width: 300 }, { height: 200 }])('says nothing of %p', (other) => {
  expect(portraitFraming(ffhqLandmarks(256), { ...still, ...other })).toBeNull();
});
