import { z } from 'zod';
import { defaultPageSize, maxPageSize, maxUrlLength } from './api';
import { EventId, EventType, News, ToldEventType } from './event';
import { Owner } from './tenant';

/** `wh_` and 24 hex digits, drawn by chance. */
export const WebhookId = z.string().regex(/^wh_[0-9a-f]{24}$/, 'must look like wh_ and 24 hex digits');
export type WebhookId = z.infer<typeof WebhookId>;

/** Where an event goes: to a webhook, or to the callback of one scan. */
export const ReceiverId = z.string().regex(/^(wh|cb)_[0-9a-f]{24}$/, 'must look like wh_ or cb_ and 24 hex digits');
export type ReceiverId = z.infer<typeof ReceiverId>;

/** How deliveries are signed: a shared secret (HMAC-SHA256, `v1`), or a key pair (Ed25519, `v1a`). */
export const WebhookSigning = z.enum(['hmac', 'ed25519']);
export type WebhookSigning = z.infer<typeof WebhookSigning>;

/** Where events are sent. */
const Url = z.string().min(1).max(maxUrlLength);
/** For people, at most 255 characters. */
const Description = z.string().max(255);
/** Which events are sent. */
const Events = z.array(ToldEventType).min(1).max(ToldEventType.options.length);

/** Body of POST /v1/webhooks. */
export const CreateWebhook = z.strictObject({
  /** https, on the public internet, without credentials; http only where the operator allows the network. */
  url: Url,
  description: Description.optional(),
  /** Absent = all of them. */
  events: Events.optional(),
  signing: WebhookSigning.default('hmac'),
});
export type CreateWebhook = z.infer<typeof CreateWebhook>;

/** Body of PATCH /v1/webhooks/{webhook}: what is absent stays. */
export const UpdateWebhook = z.strictObject({
  /** https, on the public internet, without credentials; http only where the operator allows the network. */
  url: Url.optional(),
  description: Description.optional(),
  events: Events.optional(),
  /** False stops deliveries; true starts them again, whatever stopped them. */
  enabled: z.boolean().optional(),
});
export type UpdateWebhook = z.infer<typeof UpdateWebhook>;

export const maxSecretOverlapSeconds = 7 * 24 * 3600;
/** Body of POST /v1/webhooks/{webhook}/rotate-secret. */
export const RotateSecret = z.strictObject({
  /** How long the old secret signs as well. */
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(maxSecretOverlapSeconds)
    .default(24 * 3600),
  /** Absent = as before. */
  signing: WebhookSigning.optional(),
});
export type RotateSecret = z.infer<typeof RotateSecret>;

/** A secret that signs now, without what is secret. */
export const LiveSecret = z.object({
  /** From 1; each new secret is one more. */
  number: z.number().int().positive(),
  signing: WebhookSigning,
  /** `whpk_...`, to check Ed25519 signatures with; null for a shared secret. */
  publicKey: z.string().nullable(),
  /** When it was made, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  /** When it stops signing; null = not before another one takes its place. */
  endsAt: z.iso.datetime().nullable(),
});
export type LiveSecret = z.infer<typeof LiveSecret>;

/**
 * `gone`: the receiver answered 410. `failing`: all tries of a delivery failed, over three days, and nothing else came through
 * meanwhile. `by_request`: switched off over the API.
 */
export const DisabledBecause = z.enum(['gone', 'failing', 'by_request']);
export type DisabledBecause = z.infer<typeof DisabledBecause>;

/** An address that is told of events, without its secrets. */
export const Webhook = z.object({
  id: WebhookId,
  /** Whose it is. */
  tenant: Owner,
  /** Where events are sent. */
  url: z.string(),
  /** For people; may be empty. */
  description: z.string(),
  /** Which events are sent. */
  events: z.array(ToldEventType),
  /** False: nothing is sent, and `disabledBecause` says why. */
  enabled: z.boolean(),
  /** What switched it off; null while it is on. */
  disabledBecause: DisabledBecause.nullable(),
  /** Newest first; two while a secret is being changed. */
  secrets: z.array(LiveSecret),
  /** When it was made, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  /** When it last changed. */
  updatedAt: z.iso.datetime(),
});
export type Webhook = z.infer<typeof Webhook>;

/** The webhooks of a tenant. */
export const WebhookList = z.object({
  /** All of them, without their secrets. */
  webhooks: z.array(Webhook),
});
export type WebhookList = z.infer<typeof WebhookList>;

/** The only answer that holds the secret. */
export const WebhookWithSecret = Webhook.extend({
  /** `whsec_...` to check signatures with; null for Ed25519, where `secrets` has the public key and that is all you need. */
  secret: z.string().nullable(),
});
export type WebhookWithSecret = z.infer<typeof WebhookWithSecret>;

/** Time of the event, counted down so that the newest come first, and the event. */
export const DeliveryId = z
  .string()
  .regex(/^\d{13}-(sc|md|test)_[0-9a-z-]{32,110}$/, 'must be the id of a delivery from the list');
export type DeliveryId = z.infer<typeof DeliveryId>;

/**
 * How one try ended. `delivered`: 2xx. `refused`: any other status. `gone`: 410. `not_allowed`: the address leads where
 * nobody may be led. `unreachable`, `timeout`: no answer. `disabled`: the webhook was switched off, nothing was sent.
 */
export const AttemptOutcome = z.enum([
  'delivered',
  'refused',
  'gone',
  'not_allowed',
  'unreachable',
  'timeout',
  'disabled',
]);
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

/** One try of a delivery. */
export const DeliveryAttempt = z.object({
  /** From 1. */
  number: z.number().int().positive(),
  /** When it was begun, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  /** How it ended. */
  outcome: AttemptOutcome,
  /** HTTP status of the answer; null where none came. */
  status: z.number().int().nullable(),
  /** How long it took. */
  milliseconds: z.number().int().nonnegative(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

/** `pending`: more tries are to come. `delivered`: a try was answered with 2xx. `failed`: none was, or the receiver is gone. */
export const DeliveryState = z.enum(['pending', 'delivered', 'failed']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** One event on its way to one webhook or callback. */
export const Delivery = z.object({
  id: DeliveryId,
  /** Id of the webhook, or of the callback. */
  webhook: ReceiverId,
  /** What the receiver gets as `webhook-id`. */
  eventId: EventId,
  /** What happened. */
  type: EventType,
  /** How it stands. */
  state: DeliveryState,
  /** Tries so far; the newest of them are in `attempts`. */
  tries: z.number().int().nonnegative(),
  /** The newest tries, oldest of them first. */
  attempts: z.array(DeliveryAttempt),
  /** When the next try is due, ISO 8601 in UTC; null where none is. */
  nextAttemptAt: z.iso.datetime().nullable(),
  /** When the event happened. */
  happenedAt: z.iso.datetime(),
});
export type Delivery = z.infer<typeof Delivery>;

/** A delivery as the store keeps it, with what is sent. */
export const DeliveryRecord = Delivery.extend({
  schema: z.literal('assay.delivery/1'),
  tenant: Owner,
  event: News,
  /** Of a callback: where it leads. Absent = where its webhook leads at the time. */
  url: z.string().optional(),
  /** `tries` when the present series began: at 0, or when it was sent again by request. */
  seriesBegan: z.number().int().nonnegative(),
});
export type DeliveryRecord = z.infer<typeof DeliveryRecord>;

/** Query of GET /v1/webhooks/{webhook}/deliveries. */
export const ListDeliveries = z.strictObject({
  /** Only those that stand so; absent = all. */
  state: DeliveryState.optional(),
  /** Most deliveries of one page, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize),
  /** What the page before gave as `next`. */
  cursor: DeliveryId.optional(),
});
export type ListDeliveries = z.infer<typeof ListDeliveries>;

/** Newest event first. */
export const DeliveryList = z.object({
  /** One page of them. */
  deliveries: z.array(Delivery),
  /** Give it as `cursor` to get the next page; null = this was the last. */
  next: z.string().nullable(),
});
export type DeliveryList = z.infer<typeof DeliveryList>;
