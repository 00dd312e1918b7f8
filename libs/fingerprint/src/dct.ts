const { fround } = Math;
export const gridSize = 64;
/** Frequencies kept in each direction: 1 to 16. 0 is the mean brightness, which says nothing about the picture. */
export const bandSize = 16;

const basis = Float32Array.from({ length: bandSize * gridSize }, (_, at) => {
  const [i, j] = [Math.floor(at / gridSize), at % gridSize];
  return fround(Math.sqrt(2 / gridSize)) * Math.cos((Math.PI / 2 / gridSize) * (i + 1) * (2 * j + 1));
});

/**
 * Low band of the two-dimensional DCT of a 64 x 64 grid, in 32-bit floats.
 *
 * @returns 16 x 16 coefficients, vertical frequency first
 */
export function dctBand(grid: Float32Array): Float32Array {
  const half = new Float32Array(bandSize * gridSize);
  for (let i = 0; i < bandSize; i += 1) {
    for (let j = 0; j < gridSize; j += 1) {
      let sum = 0;
      for (let k = 0; k < gridSize; k += 1) {
        sum = fround(sum + fround(basis[i * gridSize + k]! * grid[k * gridSize + j]!));
      }
      half[i * gridSize + j] = sum;
    }
  }
  const band = new Float32Array(bandSize * bandSize);
  for (let i = 0; i < bandSize; i += 1) {
    for (let j = 0; j < bandSize; j += 1) {
      let sum = 0;
      for (let k = 0; k < gridSize; k += 1) {
        sum = fround(sum + fround(half[i * gridSize + k]! * basis[j * gridSize + k]!));
      }
      band[i * bandSize + j] = sum;
    }
  }
  return band;
}
