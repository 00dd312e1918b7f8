import { z } from 'zod';

/**
 * Whom or what media is about, in the uploader's own words: an account, a case, a person. Opaque here; it is what "erase
 * everything about X" goes by.
 */
export const Subject = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}]+$/u, 'must be text without control characters');
export type Subject = z.infer<typeof Subject>;
