import { z } from 'zod';
import { maxUrlLength } from './api';
import { ScanEventType } from './event';
import { ScanId } from './ids';
import { Delivery, LiveSecret } from './webhook';

/** `cb_` and 24 hex digits. */
export const CallbackId = z.string().regex(/^cb_[0-9a-f]{24}$/, 'must look like cb_ and 24 hex digits');
export type CallbackId = z.infer<typeof CallbackId>;

const Events = z.array(ScanEventType).min(1).max(ScanEventType.options.length);

/** Option of a scan: whom to call when something has become of it. */
export const ScanCallback = z.strictObject({
  /** https, on the public internet, without credentials; http only where the operator allows the network. */
  url: z.string().min(1).max(maxUrlLength),
  /** Absent = all of them. */
  events: Events.optional(),
});
export type ScanCallback = z.infer<typeof ScanCallback>;

/** A callback with the log of its calls. */
export const Callback = z.object({
  /** Of this scan alone. */
  id: CallbackId,
  /** Whose end is told. */
  scan: ScanId,
  /** Where it leads. */
  url: z.string(),
  /** Which events are sent. */
  events: z.array(ScanEventType),
  /** When it was asked for, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  /** Newest event first. */
  deliveries: z.array(Delivery),
});
export type Callback = z.infer<typeof Callback>;

/** The callbacks of a scan. */
export const CallbackList = z.object({
  /** The oldest first. */
  callbacks: z.array(Callback),
});
export type CallbackList = z.infer<typeof CallbackList>;

/** What signs the callbacks of a tenant, without what is secret. */
export const CallbackSecret = z.object({
  /** Newest first; two while one is being changed, none before the first was made. */
  secrets: z.array(LiveSecret),
});
export type CallbackSecret = z.infer<typeof CallbackSecret>;

/** The only answer that holds the secret. */
export const CallbackSecretShown = CallbackSecret.extend({
  /** `whsec_...` to check signatures with; null for Ed25519, where `secrets` has the public key and that is all you need. */
  secret: z.string().nullable(),
});
export type CallbackSecretShown = z.infer<typeof CallbackSecretShown>;
