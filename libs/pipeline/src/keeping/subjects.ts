import { createHash } from 'node:crypto';
import type { MediaId, Subject, TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import type { Item } from './item';

/** A subject may be a person's name: it is kept as this alone, and found again by whoever knows it. */
export const subjectDigest = (subject: Subject): string => createHash('sha256').update(subject).digest('hex');

/**
 * Notes whom media is about. The same file may be taken in for several: each is one more. The way back first, so that
 * what can be found from the subject is removed with the media.
 */
export async function attachSubject(
  { media, tenant }: Item,
  subject: Subject,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const digest = subjectDigest(subject);
  await store.put(keys.mediaSubject(media, tenant, digest), '', {}, signal);
  await store.put(keys.subjectMedia(tenant, digest, media), '', {}, signal);
}

/** @returns SHA-256 of each */
export async function subjectsOf({ media, tenant }: Item, store: ObjectStore, signal: AbortSignal): Promise<string[]> {
  const prefix = keys.mediaSubjects(media, tenant);
  const digests: string[] = [];
  for await (const { key } of store.list(prefix, signal)) digests.push(key.slice(prefix.length));
  return digests;
}

export async function mediaOfSubject(
  tenant: TenantId,
  digest: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<MediaId[]> {
  const prefix = keys.subject(tenant, digest);
  const media: MediaId[] = [];
  for await (const { key } of store.list(prefix, signal)) media.push(key.slice(prefix.length));
  return media;
}

/** The way back last: cut off in between, who tries again still knows what there is to remove. */
export async function detachSubjects(item: Item, store: ObjectStore, signal: AbortSignal): Promise<void> {
  const { media, tenant } = item;
  for (const digest of await subjectsOf(item, store, signal)) {
    await store.delete(keys.subjectMedia(tenant, digest, media), signal);
    await store.delete(keys.mediaSubject(media, tenant, digest), signal);
  }
}
