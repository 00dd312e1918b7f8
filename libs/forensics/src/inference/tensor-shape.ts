import { ModelError } from '../models/model-error';

type Dim = number | string;

/** What a tensor has to be: its size along each axis, and what that axis is. */
export type WantedAxis = readonly [size: number, meaning: string];

/**
 * Axes of length one are not compared: exporters add and drop them at will, and they move no value.
 *
 * @throws ModelError `shape_mismatch` naming model, tensor, found and wanted shape
 */
export function expectShape(
  model: string,
  tensor: string,
  found: readonly number[],
  wanted: readonly WantedAxis[],
  because = '',
): void {
  const long = (sizes: readonly number[]) => sizes.filter((size) => size !== 1).join();
  if (long(found) === long(wanted.map(([size]) => size))) return;
  const meanings = wanted.map(([, meaning]) => meaning).join(' x ');
  const size = shapeText(wanted.map(([axis]) => axis));
  const message = `${tensor} of model "${model}" has shape ${shapeText(found)}; wanted ${size} (${meanings}${because && `, ${because}`}).`;
  throw new ModelError('shape_mismatch', message, model);
}

/** Whether a tensor of `sizes` fits a declared shape, in which names stand for any size; an empty one is unknown. */
export function fitsDeclared(sizes: readonly number[], declared: readonly Dim[]): boolean {
  if (declared.length === 0) return true;
  return declared.length === sizes.length && declared.every((dim, i) => !isFixed(dim) || dim === sizes[i]);
}

/** Exporters write unknown sizes as a name, as 0 or as -1. */
export function isFixed(dim: Dim | undefined): dim is number {
  return typeof dim === 'number' && dim > 0;
}

export function shapeText(dims: readonly Dim[]): string {
  return dims.length === 0 ? 'of a single number' : dims.map((dim) => (isFixed(dim) ? dim : 'any')).join(' x ');
}
