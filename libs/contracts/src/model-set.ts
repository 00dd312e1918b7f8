import { z } from 'zod';
import { Sha256 } from './ids';
import { ModelUse } from './look';

/** How people call a set: the name that it was registered with, or at least the first eight digits of its digest. */
export const ModelSetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'must be lower-case letters, digits, dots and dashes, at most 64');
export type ModelSetName = z.infer<typeof ModelSetName>;

/** A set of models whose files lie in the object store, so that any worker can run it. */
export const RegisteredModelSet = z.object({
  schema: z.literal('assay.model-set/1'),
  /** What verdicts name it by (`method.modelSet`). */
  digest: Sha256,
  name: ModelSetName.nullable(),
  models: z.array(ModelUse),
  /** All files together. */
  bytes: z.number().int().positive(),
  addedAt: z.iso.datetime(),
  /** Who registered it, as far as that is known. */
  addedBy: z.string(),
});
export type RegisteredModelSet = z.infer<typeof RegisteredModelSet>;

export const ModelSetRole = z.enum(['live', 'canary', 'shadow']);
export type ModelSetRole = z.infer<typeof ModelSetRole>;

/** `installed`: it came with the service that answers, and needs no registration. */
export const ListedModelSet = RegisteredModelSet.omit({ schema: true }).extend({
  /** SHA-256; `mock` in mock mode, which has no models. */
  digest: z.string(),
  bytes: z.number().int().nonnegative(),
  addedAt: z.iso.datetime().nullable(),
  addedBy: z.string().nullable(),
  registered: z.boolean(),
  installed: z.boolean(),
  roles: z.array(ModelSetRole),
});
export type ListedModelSet = z.infer<typeof ListedModelSet>;

export const ModelSetList = z.object({ sets: z.array(ListedModelSet) });
export type ModelSetList = z.infer<typeof ModelSetList>;
