/**
 * Heat colours from the upper part of viridis (Smith and van der Walt, CC0): lightness rises evenly, and people with any
 * common colour blindness see the same order. The dark end is left out because it is drawn over a picture.
 */
const stops: readonly (readonly [number, number, number])[] = [
  [59, 82, 139],
  [44, 113, 142],
  [33, 144, 140],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** Colour of a value 0..1. */
export function heatColour(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value)) * (stops.length - 1);
  const low = stops[Math.floor(at)]!;
  const high = stops[Math.min(stops.length - 1, Math.floor(at) + 1)]!;
  const share = at - Math.floor(at);
  return [0, 1, 2].map((c) => low[c]! + share * (high[c]! - low[c]!)) as [number, number, number];
}

/** The 256 colours, RGB one after the other. */
export const heatColours = Uint8Array.from(
  Array.from({ length: 256 }, (_, level) => heatColour(level / 255)).flat(),
  Math.round,
);
