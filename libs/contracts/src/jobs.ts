import { z } from 'zod';
import { ScanId } from './ids';
import { ErasureId } from './keeping';
import { Turn } from './lane';
import { RescanId } from './rescan';
import { Owner, TenantId } from './tenant';
import { DeliveryId, ReceiverId } from './webhook';

/** Payloads carry ids, never bytes or secrets; `v` changes when a field changes its meaning. */
export const PlanJob = z.strictObject({ v: z.literal(1), scan: ScanId, tenant: Owner, turn: Turn.optional() });
export const LookJob = z.strictObject({
  v: z.literal(1),
  scan: ScanId,
  tenant: Owner,
  segment: z.number().int().nonnegative(),
  turn: Turn.optional(),
});
export const JudgeJob = z.strictObject({ v: z.literal(1), scan: ScanId, tenant: Owner });
/** Fleet-wide housekeeping: re-drives scans that stopped half-way, removes uploads that were left behind. */
export const SweepJob = z.strictObject({ v: z.literal(1) });
/** One event on its way to one webhook or callback, over all of its tries. */
export const DeliverJob = z.strictObject({ v: z.literal(1), webhook: ReceiverId, delivery: DeliveryId });
/** One erasure, from wherever it is to its end. */
export const EraseJob = z.strictObject({ v: z.literal(1), tenant: TenantId, erasure: ErasureId });
export type PlanJob = z.infer<typeof PlanJob>;
export type LookJob = z.infer<typeof LookJob>;
export type JudgeJob = z.infer<typeof JudgeJob>;
export type SweepJob = z.infer<typeof SweepJob>;
export type DeliverJob = z.infer<typeof DeliverJob>;
export type EraseJob = z.infer<typeof EraseJob>;
/** One scan, scored once more by the set that is in shadow when the job's time comes. */
export const ShadowJob = z.strictObject({ v: z.literal(1), scan: ScanId, tenant: Owner });
/** Scans found by a query, judged again by another set. */
export const RescanJob = z.strictObject({ v: z.literal(1), rescan: RescanId });
export type ShadowJob = z.infer<typeof ShadowJob>;
export type RescanJob = z.infer<typeof RescanJob>;
