import { defaultTenant, type StoredTarget, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import type { Item } from './item';
import { mediaOfSubject } from './subjects';

/** Of a record of media: of `default`, and of other tenants. */
const recordPattern = /^media\/([0-9a-f]{64})(?:\.of\/([a-z0-9-]+))?\.json$/;

/** What a hold or an erasure covers, as it is now; also what somebody has begun to delete and not ended. */
export async function* itemsOf(
  tenant: TenantId,
  target: StoredTarget,
  store: ObjectStore,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  if (target.kind === 'media') {
    const { media } = target;
    const traces = [keys.mediaRecord(media, tenant), keys.deletion(tenant, media)];
    const found = await Promise.all(traces.map((key) => store.stat(key, signal)));
    if (found.some((stat) => stat !== null)) yield { media, tenant };
  } else if (target.kind === 'subject') {
    for (const media of await mediaOfSubject(tenant, target.subjectSha256, store, signal)) yield { media, tenant };
  } else {
    yield* itemsOfTenant(tenant, store, signal);
  }
}

/** By the listing of all media: rare, and the only one that is whole. */
async function* itemsOfTenant(tenant: TenantId, store: ObjectStore, signal: AbortSignal): AsyncGenerator<Item> {
  for await (const { key } of store.list(keys.deletionsOf(tenant), signal)) {
    yield { media: key.slice(keys.deletionsOf(tenant).length), tenant };
  }
  for await (const item of allItems('media/', store, signal)) if (item.tenant === tenant) yield item;
}

/** @param prefix `media/` and the first digits of the ids */
export async function* allItems(prefix: string, store: ObjectStore, signal: AbortSignal): AsyncGenerator<Item> {
  for await (const { key } of store.list(prefix, signal)) {
    const [, media, tenant = defaultTenant] = recordPattern.exec(key) ?? [];
    if (media) yield { media, tenant };
  }
}
