import { z } from 'zod';
import { ScanId } from './ids';

/** Payloads carry ids, never bytes or secrets; `v` changes when a field changes its meaning. */
export const PlanJob = z.strictObject({ v: z.literal(1), scan: ScanId });
export const LookJob = z.strictObject({ v: z.literal(1), scan: ScanId, segment: z.number().int().nonnegative() });
export const JudgeJob = z.strictObject({ v: z.literal(1), scan: ScanId });
export type PlanJob = z.infer<typeof PlanJob>;
export type LookJob = z.infer<typeof LookJob>;
export type JudgeJob = z.infer<typeof JudgeJob>;
