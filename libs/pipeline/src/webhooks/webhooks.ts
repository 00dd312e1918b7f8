import { randomBytes } from 'node:crypto';
import {
  type CreateWebhook,
  type RotateSecret,
  type TenantId,
  ToldEventType,
  type UpdateWebhook,
  type Webhook,
  type WebhookId,
  type WebhookWithSecret,
} from '@assay/contracts';
import { type AddressSettings, assertMayPost } from '@assay/fetch-media';
import type { ObjectStore } from '@assay/storage';
import { WebhookError } from '../errors';
import { keys } from '../keys';
import { readStored, writeStored } from '../stored';
import { DisabledRecord, type SecretRecord, WebhookRecord } from './records';
import { addSecret, describeSecrets, liveSecrets, renewSecret } from './secrets';

const idBytes = 12;
/** Of one tenant. Every event of every scan reads all of them: more receivers than this want a queue of their own behind one. */
const maxWebhooks = 100;

/**
 * @throws FetchMediaError `not_allowed` for an address that nothing may be sent to
 * @throws WebhookError `too_many_webhooks`
 */
export async function createWebhook(
  tenant: TenantId,
  { url, description = '', events = [...ToldEventType.options], signing }: CreateWebhook,
  store: ObjectStore,
  sending: AddressSettings,
  signal: AbortSignal,
): Promise<WebhookWithSecret> {
  await assertMayPost(url, sending, signal);
  if ((await webhookIds(tenant, store, signal)).length >= maxWebhooks) throw new WebhookError('too_many_webhooks');
  const id = `wh_${randomBytes(idBytes).toString('hex')}`;
  const now = new Date().toISOString();
  const record: WebhookRecord = {
    schema: 'assay.webhook/1',
    id,
    tenant,
    url,
    description,
    events,
    createdAt: now,
    updatedAt: now,
  };
  // The secret first: without its record it is no webhook, and a webhook without a secret could sign nothing.
  const secret = await addSecret(id, { signing, overlapMs: 0 }, store, signal);
  await writeStored(store, keys.webhook(tenant, id), record, { ifAbsent: true }, signal);
  return { ...describeWebhook(record, null, [secret]), secret: shownSecret(secret) };
}

/** In no particular order. */
export async function listWebhooks(tenant: TenantId, store: ObjectStore, signal: AbortSignal): Promise<Webhook[]> {
  const ids = await webhookIds(tenant, store, signal);
  const found = await Promise.all(ids.map((id) => findWebhook(tenant, id, store, signal)));
  return found.filter((webhook) => webhook !== null);
}

/** @throws WebhookError `unknown_webhook` */
export async function getWebhook(
  tenant: TenantId,
  id: WebhookId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Webhook> {
  const webhook = await findWebhook(tenant, id, store, signal);
  if (!webhook) throw new WebhookError('unknown_webhook');
  return webhook;
}

/** @throws WebhookError `unknown_webhook`; FetchMediaError `not_allowed` */
export async function updateWebhook(
  tenant: TenantId,
  id: WebhookId,
  { enabled, ...changes }: UpdateWebhook,
  store: ObjectStore,
  sending: AddressSettings,
  signal: AbortSignal,
): Promise<Webhook> {
  // A name may take seconds to be resolved: what is changed is read behind that.
  if (changes.url !== undefined) {
    await getWebhook(tenant, id, store, signal);
    await assertMayPost(changes.url, sending, signal);
  }
  const record = await readStored(store, keys.webhook(tenant, id), WebhookRecord, signal);
  if (!record) throw new WebhookError('unknown_webhook');
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const updated = { ...record, ...given, updatedAt: new Date().toISOString() };
  await writeStored(store, keys.webhook(tenant, id), updated, { ifAbsent: false }, signal);
  if (enabled === true) await store.delete(keys.webhookDisabled(id), signal);
  if (enabled === false) await disableWebhook(id, 'by_request', store, signal);
  return getWebhook(tenant, id, store, signal);
}

/** Deliveries on their way find no webhook and end. @throws WebhookError `unknown_webhook` */
export async function deleteWebhook(
  tenant: TenantId,
  id: WebhookId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const existed = await store.stat(keys.webhook(tenant, id), signal);
  // What lies beside the record does not say whose it is. Another tenant's stays; nobody's is the rest of a deletion that was cut off.
  if (!existed && (await allWebhookIds(store, signal)).includes(id)) throw new WebhookError('unknown_webhook');
  await store.delete(keys.webhook(tenant, id), signal);
  // Also when it is gone already: a deletion that was cut off is finished by asking again.
  await store.deletePrefix(keys.webhookSecrets(id), signal);
  await store.delete(keys.webhookDisabled(id), signal);
  await store.delete(keys.webhookReached(id), signal);
  await store.deletePrefix(keys.deliveries(id), signal);
  await removePending(id, store, signal);
  if (!existed) throw new WebhookError('unknown_webhook');
}

/** @throws WebhookError `unknown_webhook` */
export async function rotateSecret(
  tenant: TenantId,
  id: WebhookId,
  rotation: RotateSecret,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<WebhookWithSecret> {
  await getWebhook(tenant, id, store, signal);
  const secret = await renewSecret(id, rotation, store, signal);
  return { ...(await getWebhook(tenant, id, store, signal)), secret: shownSecret(secret) };
}

export async function disableWebhook(
  id: WebhookId,
  because: DisabledRecord['because'],
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const record: DisabledRecord = { schema: 'assay.webhook-disabled/1', because, at: new Date().toISOString() };
  await writeStored(store, keys.webhookDisabled(id), record, { ifAbsent: true }, signal);
}

/** Nobody waits for what was on its way; its jobs find nothing to send. */
async function removePending(id: WebhookId, store: ObjectStore, signal: AbortSignal): Promise<void> {
  for await (const { key } of store.list(keys.pendingDeliveries, signal)) {
    if (key.includes(`.${id}.`)) await store.delete(key, signal);
  }
}

/** What a webhook wants, without its secrets, which are far more to read. */
export interface Receiver {
  id: WebhookId;
  events: ToldEventType[];
  createdAt: string;
}

/** Webhooks of a tenant that are switched on. */
export async function listReceivers(tenant: TenantId, store: ObjectStore, signal: AbortSignal): Promise<Receiver[]> {
  const ids = await webhookIds(tenant, store, signal);
  const found = await Promise.all(
    ids.map(async (id) => {
      const record = await readStored(store, keys.webhook(tenant, id), WebhookRecord, signal);
      return record && !(await store.stat(keys.webhookDisabled(id), signal)) ? [record] : [];
    }),
  );
  return found.flat();
}

export async function webhookIds(tenant: TenantId, store: ObjectStore, signal: AbortSignal): Promise<WebhookId[]> {
  return idsUnder(keys.webhooksOf(tenant), store, signal);
}

/** Of all tenants: for housekeeping. */
export async function allWebhookIds(store: ObjectStore, signal: AbortSignal): Promise<WebhookId[]> {
  return idsUnder(keys.webhooks, store, signal);
}

const recordName = /(wh_[0-9a-f]{24})\.json$/;

async function idsUnder(prefix: string, store: ObjectStore, signal: AbortSignal): Promise<WebhookId[]> {
  const ids: WebhookId[] = [];
  for await (const { key } of store.list(prefix, signal)) {
    const [, id] = recordName.exec(key) ?? [];
    if (id) ids.push(id);
  }
  return ids;
}

export async function findWebhook(
  tenant: TenantId,
  id: WebhookId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Webhook | null> {
  const [record, disabled, secrets] = await Promise.all([
    readStored(store, keys.webhook(tenant, id), WebhookRecord, signal),
    readStored(store, keys.webhookDisabled(id), DisabledRecord, signal),
    liveSecrets(id, store, signal),
  ]);
  return record && describeWebhook(record, disabled, secrets);
}

function describeWebhook(record: WebhookRecord, disabled: DisabledRecord | null, secrets: SecretRecord[]): Webhook {
  const { id, tenant, url, description, events, createdAt, updatedAt } = record;
  return {
    id,
    tenant,
    url,
    description,
    events,
    enabled: disabled === null,
    disabledBecause: disabled?.because ?? null,
    secrets: describeSecrets(secrets),
    createdAt,
    updatedAt,
  };
}

/** A private key never leaves; the receiver needs the public one. */
export const shownSecret = ({ key }: SecretRecord): string | null => (key.startsWith('whsec_') ? key : null);
