/**
 * Each attack, done to a clip whose pixels are known and measured in what comes out: it takes away what it is meant to
 * take, leaves what a viewer would miss, keeps the size, and does the same again.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { attackAlteration, type VideoAttack, videoAttackNames } from './attacks';
import { cutRegion } from './cut-region';

jest.setTimeout(120_000);

const [width, height] = [194, 130];
let folder: Awaited<ReturnType<typeof mediaFolder>>;
beforeAll(async () => {
  folder = await mediaFolder();
  const make = (name: string, picture: string): Promise<void> =>
    ffmpeg(
      ...['-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=10:d=0.4,format=yuv444p,${picture}`],
      ...['-c:v', 'libx264', '-qp', '0', folder.path(name)],
    );
  // A step at column 96 under a pattern finer than two thirds of the size can hold, dots, and noise.
  await make('stripes.mp4', "geq=lum='if(gte(X,96),170,70)+12*(2*mod(X,2)-1)':cb=128:cr=128");
  await make('dots.mp4', "geq=lum='if(gte(X,96),170,70)+60*eq(mod(X,5)+mod(Y,5),0)':cb=128:cr=128");
  await make('noise.mp4', "geq=lum='if(gte(X,96),170,70)+4*sin(X*X*1.7+Y*Y*2.3+N*5)':cb=128:cr=128");
  await make('colours.mp4', "geq=lum=110:cb='if(gte(X,96),128,110)':cr='if(gte(X,96),128,175)'");
});
afterAll(() => folder.remove());

async function attacked(source: string, attack: VideoAttack | null): Promise<string> {
  const target = folder.path(`${source}-${attack}.mp4`.replace(':', '-'));
  const alteration = attack && attackAlteration(attack);
  const { signal } = new AbortController();
  expect(await cutRegion(folder.path(source), { region: 'full', alteration }, target, 1e7, signal)).toBeNull();
  return target;
}

/** The third frame, limited range, full chroma. */
function planesOf(path: string) {
  const pick = ['-vf', "select='eq(n,2)'", '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'yuv444p', '-'];
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...pick], { maxBuffer: 1e8 });
  const size = width * height;
  expect(raw.length).toBe(3 * size);
  return { y: raw.subarray(0, size), cb: raw.subarray(size, 2 * size), cr: raw.subarray(2 * size) };
}
/** Values of a block well inside the left (dark) or the right (bright) half. */
const block = (plane: Buffer, side: 'left' | 'right'): number[] =>
  Array.from({ length: 60 }, (_, row) => {
    const from = (30 + row) * width + (side === 'left' ? 12 : 120);
    return [...plane.subarray(from, from + 60)];
  }).flat();
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

describe('attacks by filter', () => {
  it.each([
    ['laundering:resample', 'stripes.mp4'],
    ['laundering:median', 'dots.mp4'],
    ['laundering:denoise', 'noise.mp4'],
    ['beauty', 'noise.mp4'],
  ] as const)('%s takes fine detail away and leaves the edge', async (attack, source) => {
    const before = planesOf(await attacked(source, null)).y;
    const after = planesOf(await attacked(source, attack)).y;
    expect(deviation(block(after, 'left'))).toBeLessThan(0.6 * deviation(block(before, 'left')));
    const step = (plane: Buffer): number => mean(block(plane, 'right')) - mean(block(plane, 'left'));
    expect(Math.abs(step(after) - 100)).toBeLessThan(6);
    // Three px from the edge the sides are what they were: smoothed, and not blurred into each other.
    const rows = Array.from({ length: 60 }, (_, row) => (30 + row) * width);
    const column = (x: number): number => mean(rows.map((row) => mean([...after.subarray(row + x - 1, row + x + 2)])));
    expect(column(99) - column(92)).toBeGreaterThan(80);
  });

  it('makeup makes what is red redder and darker, and leaves grey alone', async () => {
    const before = planesOf(await attacked('colours.mp4', null));
    const after = planesOf(await attacked('colours.mp4', 'makeup'));
    expect(mean(block(after.cr, 'left')) - mean(block(before.cr, 'left'))).toBeGreaterThan(3);
    expect(mean(block(after.y, 'left'))).toBeLessThan(mean(block(before.y, 'left')) - 1);
    for (const plane of ['y', 'cb', 'cr'] as const)
      expect(Math.abs(mean(block(after[plane], 'right')) - mean(block(before[plane], 'right')))).toBeLessThan(1);
  });

  it.each(videoAttackNames)('%s does the same again', async (attack) => {
    const once = readFileSync(await attacked('noise.mp4', attack));
    expect(readFileSync(await attacked('noise.mp4', attack)).equals(once)).toBe(true);
  });
});
