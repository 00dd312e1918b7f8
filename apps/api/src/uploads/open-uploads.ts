import type { BeginDirectUpload, DirectUpload, TenantId, UploadId, UploadRecord } from '@assay/contracts';
import type { AddressSettings } from '@assay/fetch-media';
import { type Config, folderStoreRoot, type Logger, type Ports, type ScanQueues } from '@assay/pipeline';
import type { LeaseStore } from '@assay/storage';
import { ERRORS } from '@tus/server';
import type { ApiMetrics } from '../metrics/api-metrics';
import { beginDirectUpload } from './direct-upload';
import { folderPlace } from './folder-place';
import { LeaseLocker } from './lease-locker';
import { ResumableStore } from './resumable-store';
import { RunningHashes } from './running-hashes';
import { TakeIn } from './take-in';
import { TusEndpoint } from './tus-endpoint';
import { createTusServer } from './tus-server';
import { keyOfUpload } from './upload-ids';
import { type UploadOutcome, Outcomes } from './upload-outcome';
import { ownerOf } from './upload-owner';
import type { UploadPlace } from './upload-place';
import { UploadSweeper } from './upload-sweeper';

export interface ResumableUploads {
  endpoint: TusEndpoint;
  takeIn: TakeIn;
  sweeper: UploadSweeper;
  /** @throws what tus says of an unknown upload; another tenant's is unknown */
  record(id: UploadId, tenant: TenantId): Promise<UploadRecord>;
  /** @throws ProblemError where senders cannot reach the store */
  beginDirect(tenant: TenantId, wanted: BeginDirectUpload): Promise<DirectUpload>;
  /** Ends the requests that hold uploads; what they have sent is kept. */
  cancelAll(): void;
}

export interface UploadParts {
  config: Pick<Config, 's3' | 'dataDir' | 'uploadExpiresMs'>;
  ports: Ports;
  queues: ScanQueues;
  leases: LeaseStore;
  metrics: Pick<ApiMetrics, 'countUpload'>;
  /** Where callbacks may lead. */
  sending: AddressSettings;
  log: Logger;
  /** Aborted when the service closes. */
  closing: AbortSignal;
}

/** Puts the parts of resumable uploads together. */
export async function openUploads(parts: UploadParts): Promise<ResumableUploads> {
  const { ports, queues, leases, metrics, sending, log, closing } = parts;
  const { store } = ports;
  const place = await openPlace(parts);
  const outcomes = new Outcomes(store);
  const locker = new LeaseLocker(leases, log);
  const hashes = new RunningHashes();
  const data = new ResumableStore(place, outcomes, locker, hashes, ports.quotas, closing);
  const takeIn = new TakeIn(ports, queues, place, outcomes, locker, hashes, metrics, log);
  const record = async (id: UploadId, tenant: TenantId): Promise<UploadRecord> => {
    const outcome = await outcomes.read(id, closing);
    const found = outcome ? takenRecord(id, outcome, data.getExpiration()) : await receivedRecord(id, place.data);
    if (found.tenant !== tenant) throw ERRORS.FILE_NOT_FOUND;
    return found;
  };
  return {
    endpoint: new TusEndpoint(
      createTusServer(data, locker, takeIn, { ports, sending }, closing),
      ports.limits.maxBytes,
    ),
    takeIn,
    sweeper: new UploadSweeper({ store, place, data, outcomes, takeIn, locker, leases, quotas: ports.quotas, log }),
    record,
    beginDirect: (tenant, wanted) => beginDirectUpload(tenant, wanted, place, { ports, sending }, closing),
    cancelAll: () => locker.cancelAll(),
  };
}

async function openPlace({ config, ports, closing }: UploadParts): Promise<UploadPlace> {
  const { s3, uploadExpiresMs } = config;
  if (!s3) return folderPlace(folderStoreRoot(config), ports.store, uploadExpiresMs, closing);
  // Loaded here: the AWS client takes longer than all the rest of the start.
  const { s3Place } = await import('./s3-place');
  return s3Place(s3, ports.store, uploadExpiresMs, closing);
}

function takenRecord(id: UploadId, outcome: UploadOutcome, expiresMs: number): UploadRecord {
  const { bytes, createdAt, media, scan, metadata } = outcome;
  const state = outcome.state === 'taken' ? 'taken' : 'complete';
  const expiresAt = expiry(createdAt, expiresMs);
  return { id, tenant: ownerOf(metadata), state, bytes, offset: bytes, expiresAt, media, scan };
}

async function receivedRecord(id: UploadId, data: UploadPlace['data']): Promise<UploadRecord> {
  const upload = await data.getUpload(keyOfUpload(id));
  const { size = 0, offset, creation_date = new Date().toISOString(), metadata } = upload;
  const state = offset === size ? 'complete' : 'receiving';
  const expiresAt = expiry(creation_date, data.getExpiration());
  return { id, tenant: ownerOf(metadata), state, bytes: size, offset, expiresAt, media: null, scan: null };
}

const expiry = (from: string, afterMs: number): string => new Date(Date.parse(from) + afterMs).toISOString();
