import { z } from 'zod';
import { ScanId } from './ids';
import { maxPageSize } from './api';

export const DeadLetterQueue = z.enum(['plan', 'look', 'judge', 'sweep', 'erase', 'shadow', 'rescan', 'deliver']);
export type DeadLetterQueue = z.infer<typeof DeadLetterQueue>;

/** Queue and job id joined by a dot: job ids are unique within their queue alone. */
export const DeadLetterId = z
  .string()
  .regex(
    new RegExp(`^(${DeadLetterQueue.options.join('|')})\\.[^\\s/]{1,200}$`),
    'must be the id of a dead letter from the list',
  );
export type DeadLetterId = z.infer<typeof DeadLetterId>;

/** A job that used up its attempts, or that no attempt can help. */
export const DeadLetter = z.object({
  id: DeadLetterId,
  queue: DeadLetterQueue,
  job: z.string(),
  /** Null for housekeeping, and for a payload that names none. */
  scan: ScanId.nullable(),
  /** Part of the timeline that a `look` was for. */
  segment: z.number().int().nullable(),
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  /** May be shown: own sentences, and of foreign errors only the kind. */
  reason: z.string(),
  /** When it was given up. */
  failedAt: z.iso.datetime(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Query of GET /v1/dead-letters. */
export const ListDeadLetters = z.strictObject({
  /** Only those of this queue; absent = of all. */
  queue: DeadLetterQueue.optional(),
  /** Most that are listed, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(maxPageSize),
});
export type ListDeadLetters = z.infer<typeof ListDeadLetters>;

/** Newest first; `total` counts those beyond the limit as well. */
export const DeadLetterList = z.object({ deadLetters: z.array(DeadLetter), total: z.number().int() });
export type DeadLetterList = z.infer<typeof DeadLetterList>;
