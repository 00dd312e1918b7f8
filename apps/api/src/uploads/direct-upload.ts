import type { BeginDirectUpload, DirectUpload, TenantId } from '@assay/contracts';
import type { Ports } from '@assay/pipeline';
import { Upload } from '@tus/server';
import { problems } from '../problems/problems';
import { keyOfUpload, newUploadId } from './upload-ids';
import { withOwner } from './upload-owner';
import type { UploadPlace } from './upload-place';
import { checkWishes, type WishParts } from './upload-wishes';

/** Large enough that 4 GB are 240 addresses, small enough that a piece that failed is soon sent again, bytes. */
const partBytes = 16 * 1024 * 1024;
/** S3 joins no more parts than this. */
const maxParts = 10_000;

/**
 * Begins an upload whose bytes do not pass through this service. In all else it is one of tus: the same notes, the same
 * expiry, and the sweeper takes it in if nobody says that it is done.
 *
 * @throws ProblemError, QuotaExceededError
 */
export async function beginDirectUpload(
  tenant: TenantId,
  { bytes, name, subject, scan, policy, priority, callback }: BeginDirectUpload,
  place: UploadPlace,
  { ports, sending }: WishParts & { ports: Pick<Ports, 'limits' | 'quotas'> },
  signal: AbortSignal,
): Promise<DirectUpload> {
  if (!place.partUrls) throw problems.directUploadsUnavailable();
  const { maxBytes } = ports.limits;
  if (bytes > maxBytes) throw problems.tooLarge(`Media may have ${maxBytes} bytes.`);
  const metadata = {
    ...(name === undefined ? {} : { filename: name }),
    ...(subject === undefined ? {} : { subject }),
    ...(scan === undefined ? {} : { scan: String(scan) }),
    ...(policy === undefined ? {} : { policy }),
    ...(priority === undefined ? {} : { priority }),
    ...(callback === undefined ? {} : { callback: JSON.stringify(callback) }),
  };
  await checkWishes(tenant, metadata, { ports, sending }, signal);
  const id = newUploadId();
  const key = keyOfUpload(id);
  const expiresMs = place.data.getExpiration();
  await ports.quotas?.reserve(tenant, { id, bytes, holdMs: expiresMs }, signal);
  const size = Math.max(partBytes, Math.ceil(bytes / maxParts));
  await place.data.create(new Upload({ id: key, size: bytes, offset: 0, metadata: withOwner(metadata, tenant) }));
  const sizes = Array.from({ length: Math.ceil(bytes / size) }, (_, n) => Math.min(size, bytes - n * size));
  const partUrls = await place.partUrls(key, sizes, expiresMs);
  return { id, partBytes: size, partUrls, expiresAt: new Date(Date.now() + expiresMs).toISOString() };
}
