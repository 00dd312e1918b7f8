import { z } from 'zod';
import { ScanCallback } from './callback';
import { MediaId } from './ids';
import { Lane } from './lane';
import { ModelSetName } from './model-set';
import { FrameBudget } from './policy';

/** Body of POST /v1/scans, and item of a batch. */
export const CreateScan = z.strictObject({
  /** What to look at: the id that the upload gave. */
  media: MediaId,
  /** Id of the policy that turns numbers into the answer; the default one when left out. */
  policy: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be the id of a policy: 1 to 40 lower-case letters, digits or hyphens')
    .optional(),
  /** How urgent it is: `standard` when left out. Asking again with a more urgent one moves a scan up. */
  priority: Lane.optional(),
  /** Frames to look at, instead of what the policy gives: fewer cost less, more see more. Another number is another scan. */
  frameBudget: FrameBudget.optional(),
  /** Whom to call when it has its verdict, failed, was cancelled or was revised. */
  callback: ScanCallback.optional(),
  /** Who judges, by name or digest: a registered set, or the one that is installed. The live one when left out. */
  modelSet: ModelSetName.optional(),
});
export type CreateScan = z.infer<typeof CreateScan>;
