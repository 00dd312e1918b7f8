/** @param share 0..1 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Jain, Chiu, Hawe 1984: 1 = all got the same, 1/n = one got all. */
export function jainIndex(shares) {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}
