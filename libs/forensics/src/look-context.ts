import { Plan, Policy, Probe, Segment, SegmentResult } from '@assay/contracts';
import { InferencePool } from './inference/pool';
import { ModelSet } from './models/model-set';

export interface LookContext {
  segment: Segment;
  plan: Plan;
  probe: Probe;
  policy: Policy;
  pool: InferencePool;
}

/** One picture kept as evidence. Names as in the object layout: `s0-t1-000123.jpg`, `s0-t1-000123-overlay.jpg`. */
export interface EvidencePicture {
  name: string;
  jpeg: Buffer;
}

export interface LookOutcome {
  result: SegmentResult;
  evidence: EvidencePicture[];
}

export interface JudgeContext {
  probe: Probe;
  plan: Plan;
  policy: Policy;
  models: ModelSet;
}
