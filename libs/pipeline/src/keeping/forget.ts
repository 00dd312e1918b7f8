import type { CallbackId, MediaId, ScanId, ScanNews, TenantId } from '@assay/contracts';
import type { EventLog, IdempotencyStore, ObjectStore } from '@assay/storage';
import type { ScanQueues } from '../open-queues';
import { removeDeliveries } from '../webhooks/deliveries';
import { answerAbout } from './item';
import { removeQueueEvents } from './queue-events';

/** Takes events back: their deliveries to webhooks and to callbacks of their scan, and their places in the feed. */
export async function forgetEvents(
  tenant: TenantId,
  told: readonly Pick<ScanNews, 'id' | 'timestamp'>[],
  { store, events }: { store: ObjectStore; events?: Pick<EventLog, 'remove'> },
  queues: ScanQueues | null,
  signal: AbortSignal,
  callbacks: readonly CallbackId[] = [],
): Promise<void> {
  await removeDeliveries(tenant, { events: told, callbacks }, { store, queues }, signal);
  await events?.remove(
    tenant,
    told.map(({ id }) => id),
  );
}

/** What names media or scans in passing: answers that are kept, and what BullMQ tells of jobs. */
export async function forgetMentions(
  tenant: TenantId,
  { media, scans }: { media?: MediaId; scans: readonly ScanId[] },
  { answers }: { answers?: Pick<IdempotencyStore, 'forget'> },
  queues: ScanQueues | null,
): Promise<void> {
  const ids = media === undefined ? scans : [media, ...scans];
  await answers?.forget(ids.map((id) => answerAbout(tenant, id)));
  if (queues) await removeQueueEvents(queues, ids);
}
