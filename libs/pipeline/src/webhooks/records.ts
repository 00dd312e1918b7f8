import { DisabledBecause, Owner, ToldEventType, WebhookId } from '@assay/contracts';
import { z } from 'zod';

/** A webhook as the store keeps it. Whether it is switched off, and its secrets, are objects of their own. */
export const WebhookRecord = z.object({
  schema: z.literal('assay.webhook/1'),
  id: WebhookId,
  tenant: Owner,
  url: z.string(),
  description: z.string(),
  events: z.array(ToldEventType),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type WebhookRecord = z.infer<typeof WebhookRecord>;

export const DisabledRecord = z.object({
  schema: z.literal('assay.webhook-disabled/1'),
  because: DisabledBecause,
  at: z.iso.datetime(),
});
export type DisabledRecord = z.infer<typeof DisabledRecord>;

/**
 * A secret, written once and never changed. The one with the highest number is in use, and the one before it until
 * `previousEndsAt`. The key itself is kept, as whoever signs needs it.
 */
export const SecretRecord = z.object({
  schema: z.literal('assay.webhook-secret/1'),
  number: z.number().int().positive(),
  key: z.string(),
  previousEndsAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
});
export type SecretRecord = z.infer<typeof SecretRecord>;
