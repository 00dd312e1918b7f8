import type { Figure } from '@assay/evaluation';

/** `0.823 (0.701 – 0.913)`; a dash where the figure is not defined. */
export function formatFigure({ value, interval }: Figure): string {
  if (value === null) return '–';
  const range = interval ? ` (${interval[0].toFixed(3)} – ${interval[1].toFixed(3)})` : '';
  return value.toFixed(3) + range;
}

/** `+0.023 (-0.011 – +0.054)`, and a `*` behind it where the interval does not hold 0. */
export function formatDifference({ value, interval }: Figure): string {
  if (value === null) return '–';
  if (!interval) return signed(value);
  const apart = interval[0] > 0 || interval[1] < 0 ? ' *' : '';
  return `${signed(value)} (${signed(interval[0])} – ${signed(interval[1])})${apart}`;
}

// Also without a minus before a zero.
const signed = (value: number): string => `${value > 0 ? '+' : ''}${(Math.abs(value) < 5e-4 ? 0 : value).toFixed(3)}`;
