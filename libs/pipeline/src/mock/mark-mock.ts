import type { Verdict } from '@assay/contracts';

/** Stands where the digest of the models would: no verdict of a model can have it. */
export const mockModelSet = 'mock';

/** So that nobody takes it for the answer of a detector. */
export function asMock(verdict: Verdict): Verdict {
  const cost = { totalMs: 0, decodeMs: 0, detectMs: 0, scoreMs: 0, frames: 0, cropsScored: 0 };
  return { ...verdict, mock: true, cost };
}
