import {
  defaultTenant,
  DeliveryId,
  ErasureId,
  EventId,
  HoldId,
  MediaId,
  RescanId,
  ScanId,
  TenantId,
  UploadId,
  CallbackId,
  ReceiverId,
  WebhookId,
} from '@assay/contracts';
import { eventAndTimeOf } from './webhooks/delivery-id';

/** What one tenant has of media; the bytes are kept once for all of them. `default` lies where everything lay before there were tenants. */
const mediaOf = (media: MediaId, tenant: TenantId): string =>
  tenant === defaultTenant ? `media/${media}` : `media/${media}.of/${tenant}`;

const webhookStart = (tenant: TenantId): string => `webhooks/${tenant === defaultTenant ? '' : `${tenant}.`}`;

/** The object layout. Everything derived from one scan lies under one prefix, so that deletion misses nothing. */
export const keys = {
  media: (media: MediaId) => `media/${media}`,
  /** Present = the tenant has the media. Deleted first when media is deleted, which tells running work to stop. */
  mediaRecord: (media: MediaId, tenant: TenantId) => `${mediaOf(media, tenant)}.json`,
  /** Records of tenants other than `default`. */
  mediaTenants: (media: MediaId) => `media/${media}.of/`,
  /** One marker for each time that the media is just being taken in, by whomever: its bytes must not go. */
  mediaClaims: (media: MediaId) => `media/${media}.claims/`,
  mediaClaim: (media: MediaId, uuid: string) => `media/${media}.claims/${uuid}`,
  /** One marker for each who is just removing the bytes, as nobody has them any more. */
  mediaRemovals: (media: MediaId) => `media/${media}.removals/`,
  mediaRemoval: (media: MediaId, remover: string) => `media/${media}.removals/${remover}`,
  /** Back-references from media to its scans: deletion finds them even when the index was lost. */
  mediaScans: (media: MediaId, tenant: TenantId) => `${mediaOf(media, tenant)}.scans/`,
  mediaScan: (media: MediaId, tenant: TenantId, scan: ScanId) => `${mediaOf(media, tenant)}.scans/${scan}`,
  uploads: 'uploads/',
  upload: (uuid: string) => `uploads/${uuid}`,
  /** Uploads that can be resumed. Apart from `uploads/`: what is cut off here is not left over but goes on. */
  resumables: 'resumable/',
  resumable: (id: string) => `resumable/${id}`,
  /** What became of a resumable upload: its media, its scan. */
  resumableOutcome: (id: string) => `resumable/${id}.outcome.json`,
  /** One marker per unfinished scan: the sweeper lists these and not every scan ever made. */
  openScans: 'open/',
  openScan: (scan: ScanId) => `open/${scan}`,
  scan: (scan: ScanId) => `scans/${scan}/`,
  record: (scan: ScanId) => `scans/${scan}/record.json`,
  policy: (scan: ScanId) => `scans/${scan}/policy.json`,
  probe: (scan: ScanId) => `scans/${scan}/probe.json`,
  plan: (scan: ScanId) => `scans/${scan}/plan.json`,
  /** Present = its video was counted to the tenant's quota, and how much. */
  chargedVideo: (scan: ScanId) => `scans/${scan}/charged.json`,
  credentials: (scan: ScanId) => `scans/${scan}/credentials.json`,
  segments: (scan: ScanId) => `scans/${scan}/segments/`,
  segment: (scan: ScanId, segment: number) => `scans/${scan}/segments/${segment}.json`,
  /** Hashes of what was decoded for a segment. */
  frameHashes: (scan: ScanId, segment: number) => `scans/${scan}/segments/${segment}.hashes.json`,
  verdict: (scan: ScanId) => `scans/${scan}/verdict.json`,
  /** Detached, over the canonical JSON of the verdict. */
  signature: (scan: ScanId) => `scans/${scan}/verdict.sig.json`,
  /** API keys, by the hash of each. */
  apiKeys: 'keys/',
  apiKey: (hash: string) => `keys/${hash}.json`,
  /** Present = revoked, since when. */
  apiKeyRevoked: (hash: string) => `keys-revoked/${hash}.json`,
  apiKeyUse: (hash: string) => `keys-used/${hash}.json`,
  /** Secrets that links of evidence are signed with. By time, so that they lie in order, and two of the same moment apart. */
  linkKeys: 'keys-links/',
  linkKey: (ms: number, uuid: string) => `keys-links/${String(ms).padStart(15, '0')}.${uuid}.json`,
  /** The audit log; padded, so that it lies in order. */
  audit: 'audit/',
  auditPage: (page: number) => `audit/${String(page).padStart(12, '0')}.json`,
  /** Public keys. Under the prefix of the API's keys: neither belongs to any media. */
  signingKeys: 'keys/signing/',
  signingKey: (kid: string) => `keys/signing/${kid}.json`,
  /** What happened to the scan, one document an event. */
  events: (scan: ScanId) => `scans/${scan}/events/`,
  event: (scan: ScanId, event: EventId) => `scans/${scan}/events/${event}.json`,
  /** One marker per event that may not have been told yet, named by the event: it begins with its scan. */
  outbox: 'outbox/',
  outboxOf: (scan: ScanId) => `outbox/${scan}-`,
  outboxEntry: (event: EventId) => `outbox/${event}`,
  webhooks: 'webhooks/',
  /** Named so that those of one tenant can be listed: `default` has no part of its own. */
  webhooksOf: (tenant: TenantId) => `${webhookStart(tenant)}wh_`,
  webhook: (tenant: TenantId, webhook: WebhookId) => `${webhookStart(tenant)}${webhook}.json`,
  /** Present = switched off, and why. An object of its own, since a worker writes it and the API the others. */
  webhookDisabled: (webhook: WebhookId) => `webhook-disabled/${webhook}.json`,
  /** As old as its last delivery that came through, or up to an hour older. */
  webhookReached: (webhook: WebhookId) => `webhook-reached/${webhook}`,
  webhookSecrets: (webhook: WebhookId) => `webhook-secrets/${webhook}/`,
  /** Padded, so that they lie in order. */
  webhookSecret: (webhook: WebhookId, number: number) =>
    `webhook-secrets/${webhook}/${String(number).padStart(8, '0')}.json`,
  /** Whom to call when something has become of the scan. */
  callbacks: (scan: ScanId) => `scans/${scan}/callbacks/`,
  callback: (scan: ScanId, callback: CallbackId) => `scans/${scan}/callbacks/${callback}.json`,
  /** Logs of all callbacks. */
  callbackDeliveries: 'deliveries/cb_',
  deliveries: (webhook: ReceiverId) => `deliveries/${webhook}/`,
  delivery: (webhook: ReceiverId, delivery: DeliveryId) => `deliveries/${webhook}/${delivery}.json`,
  /** Media whose bytes were to go, and which a claim has kept; and media whose bytes are there and whose record may never be. */
  allLeftBytes: 'left-bytes/',
  leftBytes: (media: MediaId) => `left-bytes/${media}`,
  /** One marker per delivery that has not ended, the oldest event first. */
  pendingDeliveries: 'pending/',
  pendingDelivery: (webhook: ReceiverId, delivery: DeliveryId) => {
    const { event, ms } = eventAndTimeOf(delivery);
    return `pending/${ms}.${webhook}.${event}`;
  },
  /** Subjects of a tenant's media, as SHA-256, and the way back. */
  mediaSubjects: (media: MediaId, tenant: TenantId) => `media/${media}.subjects/${tenant}/`,
  mediaSubject: (media: MediaId, tenant: TenantId, subjectSha256: string) =>
    `media/${media}.subjects/${tenant}/${subjectSha256}`,
  subject: (tenant: TenantId, subjectSha256: string) => `subjects/${tenant}/${subjectSha256}/`,
  subjectMedia: (tenant: TenantId, subjectSha256: string, media: MediaId) =>
    `subjects/${tenant}/${subjectSha256}/${media}`,
  /** Resumable uploads that became a tenant's media: what is noted of them goes with it. */
  mediaUploads: (media: MediaId, tenant: TenantId) => `media/${media}.uploads/${tenant}/`,
  mediaUpload: (media: MediaId, tenant: TenantId, upload: UploadId) => `media/${media}.uploads/${tenant}/${upload}`,
  /** What the operator lets a tenant bring in. */
  quota: (tenant: TenantId) => `quotas/${tenant}.json`,
  /** How many scans of a tenant the operator has begun a minute. */
  scanRate: (tenant: TenantId) => `scan-rates/${tenant}.json`,
  retention: (tenant: TenantId) => `retention/${tenant}.json`,
  /** Under what they cover, so that one listing says whether something is held. */
  holds: (tenant: TenantId) => `holds/${tenant}/`,
  holdsOn: (tenant: TenantId, place: string) => `holds/${tenant}/${place}/`,
  hold: (tenant: TenantId, place: string, hold: HoldId) => `holds/${tenant}/${place}/${hold}.json`,
  /** Present = the item is just being deleted, or was when a process died. */
  deletions: 'deleting/',
  deletionsOf: (tenant: TenantId) => `deleting/${tenant}/`,
  deletion: (tenant: TenantId, media: MediaId) => `deleting/${tenant}/${media}`,
  /** Present = retention is just removing of the item what is over, or was when a process died. One marker a run. */
  allAgeing: 'ageing/',
  ageingOf: (tenant: TenantId) => `ageing/${tenant}/`,
  ageingItem: (tenant: TenantId, media: MediaId) => `ageing/${tenant}/${media}.`,
  ageing: (tenant: TenantId, media: MediaId, uuid: string) => `ageing/${tenant}/${media}.${uuid}`,
  erasures: (tenant: TenantId) => `erasures/${tenant}/`,
  erasure: (tenant: TenantId, erasure: ErasureId) => `erasures/${tenant}/${erasure}.json`,
  /** Present = the erasure is done. Written once; apart from the erasure, which a process that was slow may still write. */
  erasureReceipt: (tenant: TenantId, erasure: ErasureId) => `receipts/${tenant}/${erasure}.json`,
  /** The receipt until the notes are gone that it was made from. */
  erasureDraft: (erasure: ErasureId) => `erasure-work/${erasure}/receipt.json`,
  /** One marker per erasure that has not ended. */
  openErasures: 'erasing/',
  openErasure: (tenant: TenantId, erasure: ErasureId) => `erasing/${tenant}.${erasure}`,
  /** Present = uploads that were half done have been looked through for it. */
  erasedUploads: (erasure: ErasureId) => `erasure-work/${erasure}/uploads`,
  /** What there was of the tenant's hash lists. */
  erasedLists: (erasure: ErasureId) => `erasure-work/${erasure}/lists.json`,
  /** Present = what late writers had left of the item is gone, too. */
  erasureTraces: (erasure: ErasureId) => `erasure-work/${erasure}/traced/`,
  erasureTraced: (erasure: ErasureId, media: MediaId) => `erasure-work/${erasure}/traced/${media}`,
  /** What an erasure found, item by item, before it removed it; gone when the receipt is there. */
  erasureWork: (erasure: ErasureId) => `erasure-work/${erasure}/`,
  erasureItems: (erasure: ErasureId) => `erasure-work/${erasure}/items/`,
  erasureItem: (erasure: ErasureId, media: MediaId) => `erasure-work/${erasure}/items/${media}.json`,
  /** One record per registered model set. Its manifest and files lie elsewhere, so that listing the sets reads nothing else. */
  modelSets: 'model-sets/',
  modelSet: (digest: string) => `model-sets/${digest}.json`,
  modelSetManifest: (digest: string) => `model-manifests/${digest}.json`,
  /** By content: sets share what they have in common. */
  modelFile: (sha256: string) => `model-files/${sha256}`,
  /** Who judges what, one entry a change; padded, so that they lie in order. */
  rollouts: 'rollout/',
  rollout: (number: number) => `rollout/${String(number).padStart(8, '0')}.json`,
  /** What sets on trial would have said of a scan, under the scan, so that it goes with it. */
  shadowsOf: (scan: ScanId) => `scans/${scan}/shadows/`,
  shadow: (scan: ScanId, set: string) => `scans/${scan}/shadows/${set}.json`,
  /** Parts that were looked at before the shadow gave way to live work. */
  shadowParts: (scan: ScanId, set: string) => `scans/${scan}/shadows/${set}/`,
  shadowPart: (scan: ScanId, set: string, segment: number) => `scans/${scan}/shadows/${set}/${segment}.json`,
  /** One marker per scan that a set scored in shadow. */
  shadowMarks: (set: string) => `shadows/${set}/`,
  shadowMark: (set: string, scan: ScanId) => `shadows/${set}/${scan}`,
  rescans: 'rescans/',
  rescan: (rescan: RescanId) => `rescans/${rescan}.json`,
  /** Present = it is to be worked on. */
  openRescans: 'open-rescans/',
  openRescan: (rescan: RescanId) => `open-rescans/${rescan}`,
  evidence: (scan: ScanId, name: string) => `scans/${scan}/evidence/${name}`,
};
