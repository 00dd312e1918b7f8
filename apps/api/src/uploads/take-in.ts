import { createHash } from 'node:crypto';
import type { UploadId } from '@assay/contracts';
import { keepAsMedia, keys, type Logger, type Ports, type ScanQueues } from '@assay/pipeline';
import { ObjectMissingError, StoreUnavailableError } from '@assay/storage';
import type { ApiMetrics } from '../metrics/api-metrics';
import type { Hold, LeaseLocker } from './lease-locker';
import type { RunningHashes } from './running-hashes';
import { scanTaken } from './scan-taken';
import { keyOfUpload } from './upload-ids';
import type { UploadOutcome, Outcomes } from './upload-outcome';
import type { UploadPlace } from './upload-place';
import { ownerOf } from './upload-owner';
import { wishesOf } from './upload-wishes';

/**
 * Makes uploads that are all here media items, as `POST /v1/media` does. Every step can be done again, and the outcome
 * is noted before and after: whoever comes next, another request or the sweeper, goes on where this process died.
 */
export class TakeIn {
  private readonly running = new Map<UploadId, Promise<UploadOutcome>>();

  constructor(
    private readonly ports: Ports,
    private readonly queues: ScanQueues,
    private readonly place: UploadPlace,
    private readonly outcomes: Outcomes,
    private readonly locker: LeaseLocker,
    private readonly hashes: RunningHashes,
    private readonly metrics: Pick<ApiMetrics, 'countUpload'>,
    private readonly log: Logger,
  ) {}

  /**
   * Waits for whoever has the upload.
   *
   * @throws what tus says of an unknown upload; ProblemError 423; StoreUnavailableError
   */
  async finish(id: UploadId, signal: AbortSignal): Promise<UploadOutcome> {
    const known = await this.outcomes.read(id, signal);
    if (known?.state === 'taken') return known;
    const running = this.running.get(id) ?? this.begin(id, signal);
    return running;
  }

  /** @param hold on the upload, which is all here */
  async finishHeld(id: UploadId, hold: Hold, signal: AbortSignal): Promise<UploadOutcome> {
    const outcome = (await this.outcomes.read(id, signal)) ?? (await this.identify(id, hold, signal));
    return outcome.state === 'taken' ? outcome : this.settle(id, outcome, hold, signal);
  }

  private begin(id: UploadId, signal: AbortSignal): Promise<UploadOutcome> {
    const work = async (): Promise<UploadOutcome> => {
      // Who waits has to: half the work would have to be done again.
      const hold = await this.locker.hold(keyOfUpload(id), signal, () => undefined);
      try {
        return await this.finishHeld(id, hold, signal);
      } finally {
        await hold.release();
      }
    };
    const running = work().finally(() => this.running.delete(id));
    this.running.set(id, running);
    return running;
  }

  /** Finds its hash, and notes what it will be. */
  private async identify(id: UploadId, hold: Hold, signal: AbortSignal): Promise<UploadOutcome> {
    const key = keyOfUpload(id);
    const { size, offset, metadata = {}, creation_date } = await this.place.data.getUpload(key);
    if (size === undefined || offset !== size) throw new Error('The upload is not complete.');
    await this.place.seal(key, size);
    const media = await this.hashOf(key, size, signal);
    await assertHeld(hold);
    const createdAt = creation_date ?? new Date().toISOString();
    const state = 'taking';
    const outcome: UploadOutcome = {
      schema: 'assay.upload/1',
      state,
      bytes: size,
      metadata,
      createdAt,
      media,
      scan: null,
    };
    await this.outcomes.write(id, outcome, signal);
    return outcome;
  }

  /** As it was taken down while it came in, or of what is read again. */
  private async hashOf(key: string, bytes: number, signal: AbortSignal): Promise<string> {
    const known = this.hashes.digest(key, bytes);
    if (known) {
      const sealed = await this.ports.store.stat(key, signal);
      if (sealed?.bytes === bytes) return known;
      throw notAsLong();
    }
    const body = await this.place.read(key);
    const hash = createHash('sha256');
    let read = 0;
    for await (const chunk of body ?? []) {
      hash.update(chunk);
      read += chunk.length;
    }
    // What was confirmed piece by piece must be what lies there.
    if (read !== bytes) throw notAsLong();
    return hash.digest('hex');
  }

  private async settle(id: UploadId, outcome: UploadOutcome, hold: Hold, signal: AbortSignal): Promise<UploadOutcome> {
    const { media, bytes } = outcome;
    const { name, subject, scanPolicy, scanPriority: priority, scanCallback } = wishesOf(outcome.metadata);
    const tenant = ownerOf(outcome.metadata);
    await assertHeld(hold);
    // By which a deletion of the media finds what is noted here: before it is media, as this process may die right behind that.
    const note = () => this.ports.store.put(keys.mediaUpload(media, tenant, id), '', {}, signal);
    await note();
    try {
      const kept = { id: media, tenant, bytes, name, subject };
      const { created } = await keepAsMedia(keyOfUpload(id), kept, this.ports.store, signal);
      // A process that dies right here leaves the item uncounted, in the tenant's favour.
      await this.ports.quotas?.settle(tenant, id, created ? { bytes } : null, signal);
      this.metrics.countUpload(bytes, created);
    } catch (error) {
      // Moved by someone who died after it, and the media item deleted since: it has been one.
      if (!(error instanceof ObjectMissingError)) throw error;
    }
    const wanted = scanPolicy === null ? null : { tenant, media, policy: scanPolicy, priority };
    const scan =
      wanted && (await scanTaken(wanted, scanCallback, { ...this.ports, queues: this.queues, log: this.log }, signal));
    // Again: an earlier one of the same bytes may have been deleted meanwhile.
    await note();
    const taken: UploadOutcome = { ...outcome, state: 'taken', scan };
    await this.outcomes.write(id, taken, signal);
    await this.place.remove(keyOfUpload(id));
    this.hashes.forget(keyOfUpload(id));
    return taken;
  }
}

const notAsLong = (): Error => new StoreUnavailableError('an upload is not as long as was received', null);

/** @throws StoreUnavailableError: someone else may have it, and goes on with it */
async function assertHeld(hold: Hold): Promise<void> {
  if (!(await hold.confirm())) throw new StoreUnavailableError('the lease on an upload has run out', null);
}
