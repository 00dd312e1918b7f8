import { z } from 'zod';

/**
 * The answer. None of them is proof: a person decides.
 *
 * - `likely_manipulated`: the probability is at or above the policy's upper threshold
 * - `likely_authentic`: it is at or below the lower one. Never of a single picture, nor of one that a video repeats
 * - `inconclusive`: no firm answer; `reasons` say why, and what may help
 * - `rejected`: the file was not looked at; `rejection` says why
 */
export const VerdictLabel = z.enum(['likely_manipulated', 'likely_authentic', 'inconclusive', 'rejected']);
export type VerdictLabel = z.infer<typeof VerdictLabel>;
