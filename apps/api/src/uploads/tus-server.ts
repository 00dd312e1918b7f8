import { Server } from '@tus/server';
import type { Ports } from '@assay/pipeline';
import { principalOf } from '../auth/principal';
import { problems } from '../problems/problems';
import type { LeaseLocker } from './lease-locker';
import type { ResumableStore } from './resumable-store';
import type { TakeIn } from './take-in';
import { incomingOf } from './tus-endpoint';
import { keyOfPath, keyOfUpload, newUploadId, uploadOfKey, uploadsPath } from './upload-ids';
import { outcomeHeaders } from './upload-outcome';
import { withOwner } from './upload-owner';
import { checkWishes, type WishParts } from './upload-wishes';

/** A request that is told to end keeps what has come and ends within this time, ms. */
const drainMs = 500;

/** The protocol (https://tus.io/protocols/resumable-upload), as `@tus/server` speaks it. */
export function createTusServer(
  store: ResumableStore,
  locker: LeaseLocker,
  takeIn: TakeIn,
  { ports, sending }: WishParts & { ports: Pick<Ports, 'limits' | 'quotas'> },
  closing: AbortSignal,
): Server {
  return new Server({
    path: uploadsPath,
    datastore: store,
    locker,
    lockDrainTimeout: drainMs,
    maxSize: ports.limits.maxBytes,
    // Said for all of the API: `crossOrigin`.
    allowedOrigins: [],
    namingFunction: () => keyOfUpload(newUploadId()),
    generateUrl: (_request, { id }) => `${uploadsPath}/${uploadOfKey(id)}`,
    getFileIdFromRequest: (_request, lastPart) => keyOfPath(lastPart),
    onUploadCreate: async (request, { id, size = 0, metadata }) => {
      if (size === 0) throw problems.rejectedMedia({ code: 'empty_file', message: 'The file is empty.' });
      const { tenant } = principalOf(incomingOf(request));
      await checkWishes(tenant, metadata, { ports, sending }, closing);
      const item = { id: uploadOfKey(id) ?? id, bytes: size, holdMs: store.getExpiration() };
      await ports.quotas?.reserve(tenant, item, closing);
      return { metadata: withOwner(metadata, tenant) };
    },
    onUploadFinish: async (_request, { id }) => ({
      headers: outcomeHeaders(await takeIn.finish(uploadOfKey(id) ?? '', closing)),
    }),
  });
}
