import type { TenantId, WebhookId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';

/** How exactly it is known when a webhook was last reached, ms: one write an hour, and not one for each delivery. */
const exactToMs = 3_600_000;

/** To be told of each delivery that came through. */
export async function noteReached(
  tenant: TenantId,
  webhook: WebhookId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const noted = await store.stat(keys.webhookReached(webhook), signal);
  if (noted && Date.now() - noted.modifiedAt.getTime() < exactToMs) return;
  await store.put(keys.webhookReached(webhook), Buffer.alloc(0), { ifAbsent: false }, signal);
  // Deleted meanwhile: nothing of it must stay.
  if (!(await store.stat(keys.webhook(tenant, webhook), signal)))
    await store.delete(keys.webhookReached(webhook), signal);
}

/** Whether anything has come through since then; in doubt, it has. */
export async function wasReachedSince(
  ms: number,
  webhook: WebhookId,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  const noted = await store.stat(keys.webhookReached(webhook), signal);
  return noted !== null && noted.modifiedAt.getTime() > ms - exactToMs;
}
