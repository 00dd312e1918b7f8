import { z } from 'zod';

/** What a moderator found a media item to be. */
export const DecisionLabel = z.enum(['confirmed_manipulated', 'confirmed_authentic', 'unsure']);
export type DecisionLabel = z.infer<typeof DecisionLabel>;

/** Where a scan's label is from: its own media was decided on, or media that it is a copy of. */
export const LabelSource = z.enum(['own', 'inherited']);
export type LabelSource = z.infer<typeof LabelSource>;
