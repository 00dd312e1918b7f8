import {
  CallbackSecretShown,
  Delivery,
  type EventType,
  Webhook,
  WebhookList,
  WebhookWithSecret,
  type WebhookSigning,
} from '@assay/contracts';
import { postOf } from './post';
import type { Requests } from './requests';
import type { PostOptions } from './upload';

export interface NewWebhook {
  url: string;
  description?: string;
  events?: Exclude<EventType, 'webhook.test'>[];
  signing?: WebhookSigning;
}

/** Receivers of events. What they get is checked with `verifyWebhook`. */
export class Webhooks {
  constructor(private readonly requests: Requests) {}

  /** The answer alone holds the secret. */
  create(webhook: NewWebhook, signal?: AbortSignal, options: PostOptions = {}): Promise<WebhookWithSecret> {
    return this.requests.json('/v1/webhooks', WebhookWithSecret, postOf(webhook, options), signal);
  }

  async list(signal?: AbortSignal): Promise<Webhook[]> {
    return (await this.requests.json('/v1/webhooks', WebhookList, {}, signal)).webhooks;
  }

  /** Sends `webhook.test`. @throws AssayError `webhook-disabled` */
  test(id: string, signal?: AbortSignal, options: PostOptions = {}): Promise<Delivery> {
    return this.requests.json(`${pathOf(id)}/test`, Delivery, postOf(undefined, options), signal);
  }

  /** A new secret; both sign for `overlapSeconds`, a day unless you say otherwise. */
  rotateSecret(
    id: string,
    rotation: { overlapSeconds?: number; signing?: WebhookSigning } = {},
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<WebhookWithSecret> {
    return this.requests.json(`${pathOf(id)}/rotate-secret`, WebhookWithSecret, postOf(rotation, options), signal);
  }

  /** Makes the secret that signs the callbacks of scans, or a new one in its place. The answer alone holds it. */
  rotateCallbackSecret(
    rotation: { overlapSeconds?: number; signing?: WebhookSigning } = {},
    signal?: AbortSignal,
    options: PostOptions = {},
  ): Promise<CallbackSecretShown> {
    const path = '/v1/callback-secret/rotate';
    return this.requests.json(path, CallbackSecretShown, postOf(rotation, options), signal);
  }

  async delete(id: string, signal?: AbortSignal): Promise<void> {
    await this.requests.delete(pathOf(id), signal);
  }
}

const pathOf = (id: string): string => `/v1/webhooks/${encodeURIComponent(id)}`;
