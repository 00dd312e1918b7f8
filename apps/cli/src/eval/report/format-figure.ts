import type { Figure } from '@assay/evaluation';

/** `0.823 (0.701 – 0.913)`; a dash where the figure is not defined. */
export function formatFigure({ value, interval }: Figure): string {
  if (value === null) return '–';
  const range = interval ? ` (${interval[0].toFixed(3)} – ${interval[1].toFixed(3)})` : '';
  return value.toFixed(3) + range;
}
