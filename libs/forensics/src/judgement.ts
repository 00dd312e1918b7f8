import { Verdict } from '@assay/contracts';

/** The part of a verdict that follows from the faces: everything between `verdict` and `cutsSeconds`. */
export type Judgement = Pick<
  Verdict,
  'verdict' | 'probability' | 'interval' | 'reasons' | 'tracks' | 'timeline' | 'cutsSeconds'
> & {
  /** Frames that were looked at, seconds, ascending. */
  framesSeconds: number[];
};
