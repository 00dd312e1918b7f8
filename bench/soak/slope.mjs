import { mean } from '../fleet/figures.mjs';

/** Samples next to each other are alike, and would make the interval far too narrow: means of so many blocks are not. */
const blocks = 12;
/** 97.5 % of Student's t with `blocks - 2` degrees of freedom. */
const t975 = 2.228;

/**
 * Least squares through the means of equal spans of time.
 *
 * @param points `{ hours, value }`, in the order of time
 * @returns change an hour with its 95 % interval; null where there are fewer points than two a block
 */
export function slopeOf(points) {
  if (points.length < 2 * blocks) return null;
  const size = points.length / blocks;
  const means = Array.from({ length: blocks }, (_, at) => {
    const part = points.slice(Math.floor(at * size), Math.floor((at + 1) * size));
    return { x: mean(part.map(({ hours }) => hours)), y: mean(part.map(({ value }) => value)) };
  });
  const [x, y] = [mean(means.map((block) => block.x)), mean(means.map((block) => block.y))];
  const spread = means.reduce((sum, block) => sum + (block.x - x) ** 2, 0);
  const perHour = means.reduce((sum, block) => sum + (block.x - x) * (block.y - y), 0) / spread;
  const rest = means.reduce((sum, block) => sum + (block.y - y - perHour * (block.x - x)) ** 2, 0);
  const half = t975 * Math.sqrt(rest / (blocks - 2) / spread);
  return { perHour, low: perHour - half, high: perHour + half };
}
