import { z } from 'zod';
import { Sha256 } from './ids';
import { ModelSetName } from './model-set';

/** Part of the traffic, by scan id. */
export const TrafficShare = z.number().gt(0).max(1);

/** A set on a part of the traffic. */
export const Trial = z.object({ set: Sha256, share: TrafficShare });
export type Trial = z.infer<typeof Trial>;

/** How often each interval of logits was seen, by model id; the intervals are those of `scoreBins`. */
export const ScoreHistograms = z.record(z.string(), z.array(z.number().int().nonnegative()));
export type ScoreHistograms = z.infer<typeof ScoreHistograms>;

/** What a set's scores looked like when it was found good: drift is measured against it. */
export const ScoreReference = z.object({
  set: Sha256,
  /** First and last UTC day that it counts. */
  from: z.iso.date(),
  to: z.iso.date(),
  histograms: ScoreHistograms,
});
export type ScoreReference = z.infer<typeof ScoreReference>;

export const RolloutAction = z.enum(['shadow', 'canary', 'promote', 'rollback', 'reference']);
export type RolloutAction = z.infer<typeof RolloutAction>;

/**
 * Which sets judge what, from this entry on until the next one. Entries are numbered from 1 and never changed: the last one is what
 * holds, all together are the history.
 */
export const Rollout = z.object({
  schema: z.literal('assay.rollout/1'),
  number: z.number().int().positive(),
  /** Of this entry alone: tells two writers of the same number apart. */
  id: z.uuid(),
  action: RolloutAction,
  /** Who changed it, as far as that is known, and why, if they said. */
  by: z.string(),
  note: z.string().nullable(),
  at: z.iso.datetime(),
  /** Null: each process takes the set that it was installed with. */
  live: Sha256.nullable(),
  canary: Trial.nullable(),
  shadow: Trial.nullable(),
  /** Of the live set; null where there were too few scores, or it is the installed one. */
  reference: ScoreReference.nullable(),
  /** Entry whose live set a rollback brings back, 0 = the state before the first entry; null = there is nothing to go back to. */
  before: z.number().int().nonnegative().nullable(),
});
export type Rollout = z.infer<typeof Rollout>;

const Note = z.string().min(1).max(500).optional();
const TrialOn = z.strictObject({ set: ModelSetName, share: TrafficShare, note: Note });
const TrialOff = z.strictObject({ set: z.null(), note: Note });
/** Body of POST /v1/models/rollout/shadow and /canary: a set and its share, or `{"set": null}` to end it. */
export const ChangeTrial = z.union([TrialOn, TrialOff]);
export type ChangeTrial = z.infer<typeof ChangeTrial>;
export const PromoteModelSet = z.strictObject({ set: ModelSetName, note: Note });
export type PromoteModelSet = z.infer<typeof PromoteModelSet>;
export const RollBackModelSet = z.strictObject({ note: Note });
export type RollBackModelSet = z.infer<typeof RollBackModelSet>;

/** What holds now (null = nothing was ever changed: the installed set judges everything), and how it came about. */
export const RolloutState = z.object({ now: Rollout.nullable(), history: z.array(Rollout) });
export type RolloutState = z.infer<typeof RolloutState>;
