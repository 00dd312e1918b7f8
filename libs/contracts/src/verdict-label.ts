import { z } from 'zod';

export const VerdictLabel = z.enum(['likely_manipulated', 'likely_authentic', 'inconclusive', 'rejected']);
export type VerdictLabel = z.infer<typeof VerdictLabel>;
