/**
 * Each perturbation, done by ffmpeg to a clip whose pixels are known and measured in what comes out:
 * - it does what the authors' numbers say, at every level of its kind;
 * - it keeps the size, also where it divides by nothing, and works after a cut;
 * - done twice it gives the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { cutRegion, type Region } from './cut-region';
import {
  type Perturbation,
  perturbationAlteration,
  type PerturbationKind,
  perturbationLevelNumbers,
  perturbationLevels,
} from './perturbations';

jest.setTimeout(120_000);

const [width, height] = [514, 322];
const maxPixels = 1e7;
let folder: Awaited<ReturnType<typeof mediaFolder>>;
beforeAll(async () => {
  folder = await mediaFolder();
  const make = (name: string, picture: string): Promise<void> =>
    ffmpeg(
      ...['-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=10:d=0.4,format=yuv444p,${picture}`],
      ...['-c:v', 'libx264', '-qp', '0', folder.path(name)],
    );
  await make('flat.mp4', 'geq=lum=120:cb=90:cr=160');
  await make('dark.mp4', 'geq=lum=40:cb=128:cr=128');
  await make('edge.mp4', "geq=lum='if(gte(X,256),200,50)':cb=128:cr=128");
  await make('fine.mp4', "geq=lum='if(mod(X,2),200,50)':cb=128:cr=128");
  await make('busy.mp4', "geq=lum='128+90*sin(X*X/97+Y*Y/131+N)':cb='128+40*sin(X/7)':cr='128+40*sin(Y/5)'");
});
afterAll(() => folder.remove());

interface Planes {
  y: Buffer;
  cb: Buffer;
  cr: Buffer;
}

async function perturbed(source: string, perturbation: Perturbation | null, region: Region = 'full') {
  const name = folder.path(`${source}-${perturbation?.kind}-${perturbation?.level}.mp4`);
  const { signal } = new AbortController();
  const alteration = perturbation && perturbationAlteration(perturbation);
  expect(await cutRegion(folder.path(source), { region, alteration }, name, maxPixels, signal)).toBeNull();
  return name;
}

/** The third frame as it comes out, limited range, full chroma. */
function planesOf(path: string): Planes {
  const pick = ['-vf', "select='eq(n,2)'", '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'yuv444p', '-'];
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...pick], { maxBuffer: 1e8 });
  const size = raw.length / 3;
  return { y: raw.subarray(0, size), cb: raw.subarray(size, 2 * size), cr: raw.subarray(2 * size) };
}
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: Uint8Array): number => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
};
const rowOf = ({ y }: Planes): Buffer => y.subarray(160 * width, 161 * width);
const each = <Kind extends PerturbationKind>(kind: Kind) =>
  perturbationLevelNumbers.map((level) => ({ kind, level, amount: perturbationLevels[kind][level - 1]! }));

describe('the perturbation grid', () => {
  it.each(each('saturation'))('takes the colour away: $amount', async ({ amount, ...cell }) => {
    const { y, cb, cr } = planesOf(await perturbed('flat.mp4', cell));
    expect(mean(y)).toBeCloseTo(120, -0.5);
    expect(Math.abs(mean(cb) - (128 - 38 * amount))).toBeLessThan(1.5);
    expect(Math.abs(mean(cr) - (128 + 32 * amount))).toBeLessThan(1.5);
  });

  it.each(each('contrast'))('darkens towards black: $amount', async ({ amount, ...cell }) => {
    const { y, cr } = planesOf(await perturbed('flat.mp4', cell));
    // Limited range: black is 16. Chroma shrinks with the rest.
    expect(Math.abs(mean(y) - (16 + (120 - 16) * amount))).toBeLessThan(2);
    expect(Math.abs(mean(cr) - (128 + 32 * amount))).toBeLessThan(2);
  });

  it.each(each('noise'))('adds noise of variance $amount', async ({ amount, ...cell }) => {
    const { y } = planesOf(await perturbed('flat.mp4', cell));
    const wanted = Math.sqrt(amount) * 255;
    expect(deviation(y) / wanted).toBeGreaterThan(0.85);
    expect(deviation(y) / wanted).toBeLessThan(1.1);
  });

  it.each(each('blur'))('blurs an edge with a Gaussian of $amount px', async ({ amount, ...cell }) => {
    const row = rowOf(planesOf(await perturbed('edge.mp4', cell)));
    // The slope of a blurred step is the Gaussian itself: its spread is sigma.
    const slope = Array.from({ length: 80 }, (_, i) => row[216 + i + 1]! - row[216 + i]!);
    const total = slope.reduce((sum, value) => sum + value, 0);
    const centre = slope.reduce((sum, value, i) => sum + value * i, 0) / total;
    const sigma = Math.sqrt(slope.reduce((sum, value, i) => sum + value * (i - centre) ** 2, 0) / total);
    expect(total).toBeGreaterThan(140);
    expect(Math.abs(sigma - amount / 6)).toBeLessThan(0.15 * (amount / 6) + 0.15);
  });

  it.each(each('pixelation'))('loses what is finer than $amount px, and moves nothing', async ({ amount, ...cell }) => {
    expect(deviation(rowOf(planesOf(await perturbed('fine.mp4', null))))).toBeGreaterThan(60);
    expect(deviation(rowOf(planesOf(await perturbed('fine.mp4', cell))).subarray(20, 480))).toBeLessThan(16);
    const row = rowOf(planesOf(await perturbed('edge.mp4', cell)));
    expect([row[256 - 2 * amount], row[256 + 2 * amount]].map((value) => Math.round(value! / 10))).toEqual([5, 20]);
  });

  it.each(each('blocks'))('lays $amount grey blocks on it, others in the next frame', async ({ amount, ...cell }) => {
    const clip = await perturbed('dark.mp4', cell);
    const output = ['-f', 'rawvideo', '-pix_fmt', 'yuv444p', '-'];
    const all = execFileSync('ffmpeg', ['-v', 'error', '-i', clip, ...output], { maxBuffer: 1e8 });
    const frames = [0, 1, 2, 3].map((n) => all.subarray(3 * n * width * height, (3 * n + 1) * width * height));
    const counts = frames.map((y) => y.filter((value) => Math.abs(value - 128) < 20).length / 64);
    // Drawn by chance, four times: three standard deviations, and what the frame's edge cuts off.
    expect(Math.abs(mean(counts) - amount)).toBeLessThan(3 * Math.sqrt(amount / 4) + 3);
    expect(frames[0]!.equals(frames[1]!)).toBe(false);
  });

  it('encodes worse from level to level', async () => {
    const sizes: number[] = [];
    for (const { kind, level } of each('compression'))
      sizes.push(statSync(await perturbed('busy.mp4', { kind, level })).size);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(new Set(sizes).size).toBe(5);
    expect(sizes[0]).toBeLessThan(statSync(await perturbed('busy.mp4', null)).size / 2);
  });

  const kinds = Object.keys(perturbationLevels) as PerturbationKind[];
  it.each(kinds)('%s keeps the size of a cut and does the same again', async (kind) => {
    const cell = { kind, level: 5 } as const;
    const plain = planesOf(await perturbed('busy.mp4', null, 'left'));
    const once = await perturbed('busy.mp4', cell, 'left');
    const bytes = readFileSync(once);
    const planes = planesOf(once);
    expect(planes.y.length).toBe(252 * height);
    expect(planes.y.equals(plain.y)).toBe(false);
    expect(readFileSync(await perturbed('busy.mp4', cell, 'left')).equals(bytes)).toBe(true);
  });
});
