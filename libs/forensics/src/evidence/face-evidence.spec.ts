import { CropMap, occlusionShare, regionStrengths } from './face-regions';
import { heatColour } from './heat-colour';
import { drawOverlay } from './overlay';

/** Holds: a boundary is found in the region where it runs; strong places look hot, weak ones stay as they were; heat is ordered. */
const size = 48;
const margin = 1.4;
function map(at: (u: number, v: number) => number): CropMap {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      values[i * size + j] = at(((j + 0.5) / size - 0.5) * margin, ((i + 0.5) / size - 0.5) * margin);
    }
  }
  return { width: size, height: size, values, margin };
}

describe('regionStrengths', () => {
  it.each([
    ['jaw', (u: number, v: number) => (v > 0.4 && Math.abs(u) < 0.3 ? 0.9 : 0)],
    ['eyes', (u: number, v: number) => (v > -0.22 && v < -0.11 && Math.abs(u) < 0.3 ? 0.9 : 0)],
    ['mouth', (u: number, v: number) => (v > 0.18 && v < 0.32 && Math.abs(u) < 0.18 ? 0.9 : 0)],
  ])('finds a boundary along the %s', (region, at) => {
    const strengths = regionStrengths([map(at)]);
    const strongest = Object.entries(strengths).sort((a, b) => b[1] - a[1])[0]!;
    expect(strongest[0]).toBe(region);
    expect(strongest[1]).toBeGreaterThan(0.7);
  });

  it('leaves out what lies outside the face', () => {
    const strengths = regionStrengths([map((u, v) => (Math.hypot(u, v) > 0.62 ? 1 : 0))]);
    expect(Math.max(...Object.values(strengths))).toBe(0);
  });
});

describe('occlusionShare', () => {
  it('is the part of the inner face that is hidden, whatever is hidden beside it', () => {
    expect(occlusionShare([map(() => 1)])).toBe(1);
    expect(occlusionShare([map((u, v) => (Math.hypot(u, v) > 0.52 ? 1 : 0))])).toBe(0);
    const [mask, sunglasses] = [(v: number) => v > 0.02, (v: number) => v > -0.25 && v < -0.08].map((hides) =>
      occlusionShare([map((_, v) => (hides(v) ? 1 : 0))])!,
    );
    expect(mask).toBeGreaterThan(0.5);
    expect(mask).toBeLessThan(0.65);
    expect(sunglasses).toBeGreaterThan(0.2);
    expect(sunglasses).toBeLessThan(0.33);
  });

  it('is the mean over crops, and unknown where no model tells', () => {
    expect(occlusionShare([map(() => 0.25), map(() => 0.75)])).toBe(0.5);
    expect(occlusionShare([])).toBeNull();
  });
});

describe('drawOverlay', () => {
  const side = 96;
  const grey = new Uint8Array(side * side * 3).fill(100);
  const pixel = (rgb: Uint8Array, x: number, y: number) => [
    ...rgb.subarray((y * side + x) * 3, (y * side + x) * 3 + 3),
  ];

  it('heats the strong half, outlines it, and leaves the other half alone', () => {
    const drawn = drawOverlay(grey, side, map((u) => (u > 0 ? 1 : 0))); // prettier-ignore
    expect(pixel(drawn, 20, 48)).toEqual([100, 100, 100]);
    const [red, green, blue] = pixel(drawn, 80, 48);
    expect(red! - blue!).toBeGreaterThan(80);
    expect(green! - blue!).toBeGreaterThan(80);
    const outlined = Array.from({ length: side }, (_, x) => pixel(drawn, x, 48)).filter((p) => p.every((c) => c === 255)); // prettier-ignore
    expect(outlined.length).toBeGreaterThan(0);
  });

  it('draws nothing where there is nothing', () => {
    expect(
      drawOverlay(
        grey,
        side,
        map(() => 0.05),
      ),
    ).toEqual(grey);
  });
});

describe('heatColour', () => {
  it('gets lighter with every step', () => {
    const lightness = Array.from({ length: 21 }, (_, i) => {
      const [r, g, b] = heatColour(i / 20);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(lightness).toEqual([...lightness].sort((a, b) => a - b));
  });
});
