import { type DeletePorts, deleteMedia } from '../delete-media';
import { deletionMs } from '../deletion-marker';
import { MediaHeldError } from '../errors';
import { keys } from '../keys';
import type { ScanQueues } from '../open-queues';
import type { Ports } from '../ports';

/** Ends deletions that a process began and did not live to end. @returns how many */
export async function sweepDeletions(
  ports: DeletePorts & Pick<Ports, 'log'>,
  queues: ScanQueues,
  signal: AbortSignal,
  olderThanMs = deletionMs,
): Promise<number> {
  let ended = 0;
  for await (const { key } of ports.store.list(keys.deletions, signal)) {
    const stat = await ports.store.stat(key, signal);
    if (!stat || Date.now() - stat.modifiedAt.getTime() < olderThanMs) continue;
    const [tenant = '', media = ''] = key.slice(keys.deletions.length).split('/');
    try {
      // The same file was taken in again since: that is another upload, whose end nobody has asked for. What is left of the
      // first one says nothing that this one does not.
      const record = await ports.store.stat(keys.mediaRecord(media, tenant), signal);
      if (record && record.modifiedAt > stat.modifiedAt) {
        ports.log.warn({ media, tenant }, 'a deletion was cut off and its media was taken in again: it is left');
        await ports.store.delete(key, signal);
        continue;
      }
      await deleteMedia(ports, queues, { media, tenant }, signal);
      ended += 1;
    } catch (error) {
      signal.throwIfAborted();
      // One that cannot be ended must not keep the others waiting.
      if (!(error instanceof MediaHeldError))
        ports.log.error({ media, tenant, err: error }, 'a deletion could not be ended');
    }
  }
  return ended;
}
