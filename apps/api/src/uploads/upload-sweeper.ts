import type { Erasure, UploadId } from '@assay/contracts';
import {
  coversUploads,
  findErasure,
  keys,
  type Logger,
  openErasures,
  type Quotas,
  removeUnreferenced,
  subjectDigest,
} from '@assay/pipeline';
import type { LeaseStore, ObjectStore } from '@assay/storage';
import type { DataStore } from '@tus/server';
import type { LeaseLocker } from './lease-locker';
import type { TakeIn } from './take-in';
import { keyOfUpload, uploadOfKey } from './upload-ids';
import type { Outcomes } from './upload-outcome';
import { ownerOf } from './upload-owner';
import type { UploadPlace } from './upload-place';
import { wishesOf } from './upload-wishes';

/** How often one of the replicas looks, ms. */
export const sweepUploadsEveryMs = 60_000;
const leaseName = 'sweep-uploads';

export interface UploadSweeperParts {
  store: ObjectStore;
  place: UploadPlace;
  data: DataStore;
  outcomes: Outcomes;
  takeIn: TakeIn;
  locker: LeaseLocker;
  leases: LeaseStore;
  quotas: Quotas | undefined;
  log: Logger;
}

export interface UploadSweepReport {
  takenIn: number;
  removed: number;
}

/** Finishes uploads that were complete when their replica died, and removes those that have expired. */
export class UploadSweeper {
  constructor(private readonly parts: UploadSweeperParts) {}

  /** Now, and then every minute for the whole fleet. @returns ends it, and waits for what runs */
  start(signal: AbortSignal): () => Promise<void> {
    let running = this.sweepIfDue(signal);
    const timer = setInterval(() => (running = this.sweepIfDue(signal)), sweepUploadsEveryMs);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await running;
    };
  }

  async sweep(signal: AbortSignal): Promise<UploadSweepReport> {
    const report: UploadSweepReport = { takenIn: 0, removed: 0 };
    for (const id of await this.uploads(signal)) {
      try {
        const done = await this.sweepUpload(id, signal);
        if (done) report[done] += 1;
      } catch (error) {
        signal.throwIfAborted();
        // One upload that cannot be helped must not keep the others waiting.
        this.parts.log.error({ upload: id, err: error }, 'sweeping an upload failed');
      }
    }
    await this.eraseUploads(signal);
    report.removed += await this.parts.place.removeOrphans(new Date(Date.now() - this.parts.data.getExpiration()));
    if (report.takenIn + report.removed > 0) this.parts.log.info(report, 'swept uploads');
    return report;
  }

  /**
   * Removes uploads that are half done, where someone asked to have everything of their subject or tenant erased, and says
   * in the store that it has looked.
   */
  async eraseUploads(signal: AbortSignal): Promise<void> {
    const { store } = this.parts;
    for await (const open of openErasures(store, signal)) {
      const erasure = await findErasure(open.tenant, open.erasure, store, signal);
      if (!erasure || !coversUploads(erasure.target)) continue;
      if (await this.eraseUploadsOf(erasure, signal)) await store.put(keys.erasedUploads(erasure.id), '', {}, signal);
    }
  }

  /** @returns whether nothing is left to do; an upload that is held, or cannot be removed, keeps no other waiting */
  private async eraseUploadsOf(erasure: Erasure, signal: AbortSignal): Promise<boolean> {
    let all = true;
    for (const id of await this.uploads(signal)) {
      try {
        all = (await this.eraseUpload(id, erasure, signal)) && all;
      } catch (error) {
        signal.throwIfAborted();
        all = false;
        this.parts.log.warn({ upload: id, erasure: erasure.id, err: error }, 'an upload could not be erased yet');
      }
    }
    return all;
  }

  /** @returns false where its bytes are still there, under the name of media that has no record yet */
  private async eraseUpload(id: UploadId, { target, tenant }: Erasure, signal: AbortSignal): Promise<boolean> {
    const { locker, outcomes, place, quotas } = this.parts;
    const key = keyOfUpload(id);
    const upload = (await outcomes.read(id, signal)) ?? (await place.data.getUpload(key).catch(ignoreUnknown));
    // Without a note of whose it is, it is nobody's to erase, and expires.
    if (!upload || ownerOf(upload.metadata) !== tenant) return true;
    const { subject } = wishesOf(upload.metadata);
    const isMeant =
      target.kind === 'tenant' ||
      (target.kind === 'subject' && subject !== null && subjectDigest(subject) === target.subjectSha256);
    if (!isMeant) return true;
    // Ends the request that writes to it.
    const hold = await locker.hold(key, signal, () => undefined);
    try {
      await place.remove(key);
      const outcome = await outcomes.read(id, signal);
      if (outcome?.state === 'taking') {
        await removeUnreferenced(outcome.media, `upload.${id}`, this.parts.store, signal);
        // Claimed by whom took them in, who may have died at it. Its note stays, so that the next sweep comes back.
        if (await this.parts.store.stat(keys.leftBytes(outcome.media), signal)) return false;
      }
      await outcomes.remove(id, signal);
      await quotas?.settle(tenant, id, null, signal);
      return true;
    } finally {
      await hold.release();
    }
  }

  /** The lease is not given back: it is what makes the fleet's next sweep wait. */
  private async sweepIfDue(signal: AbortSignal): Promise<void> {
    try {
      if (await this.parts.leases.acquire(leaseName, sweepUploadsEveryMs / 2, false)) await this.sweep(signal);
    } catch (error) {
      if (!signal.aborted) this.parts.log.warn({ err: error }, 'uploads were not swept');
    }
  }

  private async uploads(signal: AbortSignal): Promise<Set<UploadId>> {
    const found = new Set<UploadId>();
    for await (const { key } of this.parts.store.list(keys.resumables, signal)) {
      const id = uploadOfKey(key);
      if (id !== null) found.add(id);
    }
    return found;
  }

  private async sweepUpload(id: UploadId, signal: AbortSignal): Promise<'takenIn' | 'removed' | null> {
    const { locker, takeIn } = this.parts;
    // Someone works on it: then it needs no help.
    const hold = await locker.tryHold(keyOfUpload(id), () => undefined);
    if (!hold) return null;
    try {
      const { complete, taken, expired } = await this.look(id, signal);
      if (complete && !taken) {
        await takeIn.finishHeld(id, hold, signal);
        return 'takenIn';
      }
      if (!expired) return null;
      await this.parts.place.remove(keyOfUpload(id));
      await this.parts.outcomes.remove(id, signal);
      return 'removed';
    } finally {
      await hold.release();
    }
  }

  private async look(id: UploadId, signal: AbortSignal) {
    const { outcomes, place, store, data } = this.parts;
    const key = keyOfUpload(id);
    const outcome = await outcomes.read(id, signal);
    const upload = outcome ? null : await place.data.getUpload(key).catch(ignoreUnknown);
    // Without a note of when it began: its creation died half-way, and the bytes are as old as they look.
    const begun =
      outcome?.createdAt ?? upload?.creation_date ?? (await store.stat(key, signal))?.modifiedAt ?? new Date();
    return {
      complete: outcome !== null || (upload !== null && upload.offset === upload.size),
      taken: outcome?.state === 'taken',
      expired: Date.now() - new Date(begun).getTime() > data.getExpiration(),
    };
  }
}

/** The tus stores throw plain objects with the status that they would be answered with. */
function ignoreUnknown(error: unknown): null {
  const status: unknown = Object(error).status_code;
  if (status === 404 || status === 410) return null;
  throw error;
}
