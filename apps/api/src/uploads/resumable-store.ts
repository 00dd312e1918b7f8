import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Quotas } from '@assay/pipeline';
import { DataStore, ERRORS, Upload } from '@tus/server';
import type { Hold, LeaseLocker } from './lease-locker';
import type { RunningHash, RunningHashes } from './running-hashes';
import { uploadOfKey } from './upload-ids';
import type { Outcomes } from './upload-outcome';
import { ownerOf, withoutOwner } from './upload-owner';
import type { UploadPlace } from './upload-place';

/** What of tus is offered. A length that is told later is not: the limit is checked before the first byte. */
const extensions = ['creation', 'creation-with-upload', 'expiration', 'termination', 'checksum'];

/** The store that the tus server sees: a place for bytes, what became of uploads that are done, and the lease on writing. */
export class ResumableStore extends DataStore {
  override extensions = extensions;

  constructor(
    private readonly place: UploadPlace,
    private readonly outcomes: Outcomes,
    private readonly locker: LeaseLocker,
    private readonly hashes: RunningHashes,
    private readonly quotas: Quotas | undefined,
    private readonly signal: AbortSignal,
  ) {
    super();
  }

  override create(upload: Upload): Promise<Upload> {
    return this.place.data.create(upload);
  }

  /** @throws an error of tus when there is no such upload */
  override async getUpload(key: string): Promise<Upload> {
    const outcome = await this.outcomes.read(idOf(key), this.signal);
    if (!outcome) {
      const upload = await this.place.data.getUpload(key);
      upload.metadata = withoutOwner(upload.metadata);
      return upload;
    }
    const { bytes, createdAt } = outcome;
    const metadata = withoutOwner(outcome.metadata);
    return new Upload({ id: key, size: bytes, offset: bytes, metadata, creation_date: createdAt });
  }

  /** @returns the new offset; what came before the stream broke is kept */
  override async write(stream: Readable, key: string, offset: number): Promise<number> {
    if (await this.outcomes.read(idOf(key), this.signal)) {
      // There is no room left: an empty PATCH at the end of an upload that is complete.
      stream.resume();
      return offset;
    }
    const hold = this.locker.holdOf(key);
    if (!hold) throw ERRORS.ABORTED;
    const hash = this.hashes.begin(key, offset);
    const gate = gateOf(hold, hash);
    const [end] = await Promise.all([this.place.data.write(gate, key, offset), pipeline(stream, gate)]);
    if (!(await hold.confirm())) throw ERRORS.ABORTED;
    this.hashes.keep(key, hash, end);
    return end;
  }

  override async remove(key: string): Promise<void> {
    // Says that there is none, as tus wants it.
    await this.getUpload(key);
    const id = idOf(key);
    const begun = (await this.outcomes.read(id, this.signal)) ?? (await this.place.data.getUpload(key));
    await this.place.remove(key);
    this.hashes.forget(key);
    await this.outcomes.remove(id, this.signal);
    await this.quotas?.settle(ownerOf(begun.metadata), id, null, this.signal);
  }

  override getExpiration(): number {
    return this.place.data.getExpiration();
  }
}

/**
 * Fencing, by the holder himself as no store of bytes compares tokens: once the lease has run out, however long this
 * process was paused, not one byte more goes to the store.
 */
function gateOf(hold: Hold, hash: RunningHash | null): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!hold.isValid()) return done(new Error('The lease on this upload has run out.'));
      hash?.update(chunk);
      done(null, chunk);
    },
  });
}

function idOf(key: string): string {
  const id = uploadOfKey(key);
  if (id === null) throw ERRORS.FILE_NOT_FOUND;
  return id;
}
