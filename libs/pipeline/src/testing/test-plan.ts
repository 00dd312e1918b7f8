import type { Plan } from '@assay/contracts';

/** A plan of as many segments as said, a second and one frame each. */
export function testPlan(segments = 2): Plan {
  return {
    frameBudget: segments,
    decodeWidth: 64,
    decodeHeight: 64,
    originSeconds: 0,
    cutCandidatesSeconds: [],
    keyframeCount: 1,
    segments: Array.from({ length: segments }, (_, index) => ({
      index,
      startSeconds: index,
      endSeconds: index + 1,
      mode: 'all',
      frameSeconds: [index],
      seekSeconds: [],
    })),
  };
}
