const { fround } = Math;
/** BT.601 weights, in the precision of the reference. */
const red = fround(0.299);
const green = fround(0.587);
const blue = fround(0.114);

/**
 * Luminance of packed RGB, 0 to 255.
 *
 * @param rgb three bytes a pixel
 * @returns one float a pixel
 */
export function luminance(rgb: Uint8Array): Float32Array {
  const luma = new Float32Array(Math.floor(rgb.length / 3));
  for (let i = 0, at = 0; i < luma.length; i += 1, at += 3) {
    luma[i] = fround(fround(red * rgb[at]!) + fround(green * rgb[at + 1]!)) + fround(blue * rgb[at + 2]!);
  }
  return luma;
}
