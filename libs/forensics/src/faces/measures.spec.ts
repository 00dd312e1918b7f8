import { appearanceOf, likeness } from './appearance';
import { areaAverageRgb } from './area-average';
import { cropGeometry } from './crop-geometry';
import { suppress } from './decode-detections';
import { detectorInput } from './detector-input';
import { Picture } from './face-crop';
import { lumaOf, measureCrop, measureSize } from './measure-face';
import { measureQuality } from './quality';

/** A reproducible picture with detail everywhere. */
function picture(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 1) data[i] = (Math.imul(i, 2654435761) >>> 24) & 0xff;
  return { width, height, data };
}

describe('areaAverageRgb', () => {
  /** Coverage-weighted mean, computed pixel by pixel. */
  function slow({ width, height, data }: Picture, toWidth: number, toHeight: number): number[] {
    const out: number[] = [];
    const cover = (from: number, to: number, i: number, p: number) =>
      Math.max(0, Math.min(((i + 1) * from) / to, p + 1) - Math.max((i * from) / to, p));
    for (let i = 0; i < toHeight; i += 1) {
      for (let j = 0; j < toWidth; j += 1) {
        for (let c = 0; c < 3; c += 1) {
          let sum = 0;
          for (let y = 0; y < height; y += 1) {
            const down = cover(height, toHeight, i, y);
            if (down === 0) continue;
            for (let x = 0; x < width; x += 1)
              sum += down * cover(width, toWidth, j, x) * data[(y * width + x) * 3 + c]!;
          }
          out.push((sum * toWidth * toHeight) / (width * height));
        }
      }
    }
    return out;
  }

  it.each([
    [48, 36, 16, 12, 0.5],
    [48, 36, 24, 18, 0.5],
    [50, 35, 10, 7, 0.5],
    [47, 33, 20, 14, 1.5],
    [61, 17, 60, 16, 1.5],
  ])('reduces %i x %i to %i x %i within %f levels of the mean', (width, height, toWidth, toHeight, levels) => {
    const source = picture(width, height);
    const want = slow(source, toWidth, toHeight);
    const got = areaAverageRgb(source, toWidth, toHeight);
    const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(value - got.data[i]!)), 0);
    expect(worst).toBeLessThanOrEqual(levels + 1e-6);
  });

  it('keeps white white and black black at any size', () => {
    for (const level of [0, 255]) {
      const plain = { width: 53, height: 41, data: new Uint8Array(53 * 41 * 3).fill(level) };
      expect(new Set(areaAverageRgb(plain, 31, 17).data)).toEqual(new Set([level]));
    }
  });
});

describe('detectorInput', () => {
  const input = { name: 'image', layout: 'nchw', color: 'bgr', multipleOf: 32, longSide: 64 } as const;
  const entry = { input: { ...input, mean: [10, 20, 30], scale: [0.5, 1, 2] } } as unknown as Parameters<typeof detectorInput>[1]; // prettier-ignore

  it('reduces to the long side, pads below with black, orders and scales the channels as the manifest says', () => {
    const data = new Uint8Array(128 * 72 * 3);
    for (let i = 0; i < data.length; i += 3) data.set([200, 100, 50], i);
    const made = detectorInput({ width: 128, height: 72, data }, entry);
    expect([made.width, made.height, made.scaleX, made.scaleY]).toEqual([64, 64, 2, 2]);
    const area = 64 * 64;
    expect([made.values[0], made.values[area], made.values[2 * area]]).toEqual([
      (50 - 10) * 0.5,
      100 - 20,
      (200 - 30) * 2,
    ]);
    const below = 40 * 64;
    expect([made.values[below], made.values[area + below], made.values[2 * area + below]]).toEqual([-5, -20, -60]);
  });

  it('never enlarges', () => {
    const made = detectorInput(picture(40, 20), entry);
    expect([made.width, made.height, made.scaleX]).toEqual([64, 32, 1]);
  });
});

describe('suppress', () => {
  const face = (x1: number, y1: number, side: number, score: number) => ({
    ...{ x1, y1, x2: x1 + side, y2: y1 + side, landmarks: [], score },
  });
  it('keeps the best of overlapping boxes and of nested ones, and neighbours', () => {
    const best = face(0, 0, 100, 0.9);
    const nested = face(25, 30, 50, 0.8);
    const shifted = face(10, 10, 100, 0.7);
    const beside = face(90, 0, 100, 0.6);
    expect(suppress([best, nested, shifted, beside], 0.4)).toEqual([best, beside]);
  });
});

describe('measureQuality', () => {
  const frontal = [70, 80, 130, 80, 100, 115, 78, 145, 122, 145];
  function measure(landmarks: number[], source: Picture) {
    const geometry = cropGeometry(landmarks)!;
    return measureQuality(geometry, landmarks, lumaOf(measureCrop(source, geometry)), 0.9);
  }
  const plain = (level: number): Picture => ({
    width: 200,
    height: 220,
    data: new Uint8Array(200 * 220 * 3).fill(level),
  });

  it('counts a sharp, well lit frontal face in full', () => {
    const { yaw, pitch, roll, sizePx, weight } = measure(frontal, picture(200, 220));
    expect(Math.abs(yaw)).toBeLessThan(0.05);
    expect(Math.abs(pitch)).toBeLessThan(0.1);
    expect(roll).toBeCloseTo(0, 6);
    expect(sizePx).toBeCloseTo(2.3 * 65, 6);
    expect(weight).toBe(1);
  });

  it('counts blurred, dark and turned faces less', () => {
    const blurred = measure(frontal, plain(120));
    const dark = measure(frontal, plain(5));
    const turned = measure([95, 80, 130, 80, 140, 115, 100, 145, 128, 145], picture(200, 220));
    expect([blurred.sharpness, blurred.exposure]).toEqual([expect.closeTo(0, 3), expect.closeTo(120, 1)]);
    expect(blurred.weight).toBeLessThan(0.2);
    expect(dark.weight).toBeLessThan(0.04);
    expect(turned.yaw).toBeGreaterThan(0.8);
    expect(turned.weight).toBeLessThan(0.6);
  });

  it('gives the roll in degrees, clockwise in the picture', () => {
    const angle = (30 * Math.PI) / 180;
    const turned = frontal.map((_, i) => {
      const [x, y] = [frontal[i - (i % 2)]! - 100, frontal[i - (i % 2) + 1]! - 110];
      return i % 2 === 0
        ? 100 + x * Math.cos(angle) - y * Math.sin(angle)
        : 110 + x * Math.sin(angle) + y * Math.cos(angle);
    });
    const { roll, yaw, pitch } = measure(turned, picture(200, 220));
    expect(roll).toBeCloseTo(30, 3);
    expect([yaw, pitch]).toEqual([expect.closeTo(measure(frontal, picture(200, 220)).yaw, 6), expect.closeTo(measure(frontal, picture(200, 220)).pitch, 6)]); // prettier-ignore
  });
});

describe('appearanceOf', () => {
  function person(hair: number[], skin: number[], light: number): Uint8Array {
    const rgb = new Uint8Array(measureSize * measureSize * 3);
    for (let y = 0; y < measureSize; y += 1) {
      for (let x = 0; x < measureSize; x += 1) {
        const colour = Math.hypot(x - 48, y - 52) < 34 ? skin : hair;
        rgb.set(colour.map((value) => Math.min(255, value * light)), (y * measureSize + x) * 3); // prettier-ignore
      }
    }
    return rgb;
  }
  it('knows a person in another light, and tells two apart', () => {
    const one = appearanceOf(person([40, 30, 25], [200, 150, 130], 1));
    const dimmed = appearanceOf(person([40, 30, 25], [200, 150, 130], 0.7));
    const other = appearanceOf(person([210, 190, 120], [150, 110, 90], 1));
    expect(likeness(one, dimmed)).toBeGreaterThan(0.95);
    expect(likeness(one, other)).toBeLessThan(0.6);
  });
});
