import { createHash, randomUUID } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { accepted, type Outcome, rejected, type Subject, type TenantId } from '@assay/contracts';
import { untilNotDeleted } from '../deletion-marker';
import { attachSubject } from '../keeping/subjects';
import { keys } from '../keys';
import { mediaRecordFor } from '../media-record';
import { whileClaimed } from '../media-references';
import type { Ports } from '../ports';
import { writeStored } from '../stored';
import { noteRepeatedIntake } from './note-repeated-intake';
import type { Intake } from './taken-in';

/** Ends the reading of a body that is larger than allowed; becomes a rejection. */
class TooManyBytesError extends Error {}

/** What the sender says of media. */
export interface SaidOfMedia {
  name: string | null;
  subject?: Subject | null;
}

export interface IntakeOptions extends SaidOfMedia {
  tenant: TenantId;
  /** Asked when every byte is here and none is media yet: what it says counts instead. Nothing is kept where it rejects. */
  saidAtEnd?: () => Promise<SaidOfMedia>;
  /** Asked with the bytes that have come so far, before they are kept: rejects where there is no room for them. Null = there is. */
  room?: (bytes: number) => Promise<void> | null;
}

/**
 * Takes media in under the hash of its content, without ever holding it whole in memory. What is cut off leaves an
 * object under `uploads/`, which the sweeper removes.
 *
 * @throws what `room` or `saidAtEnd` rejects with
 */
export async function intake(
  stream: Readable,
  { tenant, name, subject, saidAtEnd, room }: IntakeOptions,
  ports: Pick<Ports, 'store' | 'limits'>,
  signal: AbortSignal,
): Promise<Outcome<Intake>> {
  const { store, limits } = ports;
  const upload = keys.upload(randomUUID());
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) return done(new TooManyBytesError());
      hash.update(chunk);
      const asked = room?.(bytes) ?? null;
      if (asked === null) return done(null, chunk);
      asked.then(() => done(null, chunk), done);
    },
  });
  stream.on('error', (error) => meter.destroy(error));
  // A sender who hangs up closes its stream without an end; waiting for more would wait for ever.
  stream.on('close', () => {
    if (!stream.readableEnded) meter.destroy(new Error('The upload ended before its last byte.'));
  });
  try {
    // While nobody listened, and nothing will be heard of it any more.
    if (stream.destroyed) throw new Error('The upload ended before its first byte.');
    await store.put(upload, stream.pipe(meter), {}, signal);
    if (bytes === 0) {
      await store.delete(upload, signal);
      return rejected('empty_file', 'The file is empty.');
    }
    const said = (await saidAtEnd?.()) ?? { name, subject };
    const kept = { id: hash.digest('hex'), tenant, bytes, ...said };
    return accepted(await keepAsMedia(upload, kept, store, signal));
  } catch (error) {
    stream.unpipe(meter);
    // The signal may be what ended it; the clean-up must run all the same. What it misses, the sweeper finds.
    await store.delete(upload, new AbortController().signal).catch(() => undefined);
    if (error instanceof TooManyBytesError) {
      return rejected('too_many_bytes', `The file is larger than ${limits.maxBytes} bytes, the most that is accepted.`);
    }
    throw error;
  }
}

/**
 * Makes an object of the store, whose content is known, a media item of a tenant. The bytes are kept once, whoever has them. Cut off at any point, it can be called again: an
 * object that has been moved already is not missed.
 *
 * @param upload key of the object; it is gone afterwards
 * @throws ObjectMissingError when neither the object nor such media is there
 */
export async function keepAsMedia(
  upload: string,
  {
    id,
    tenant,
    bytes,
    name,
    subject = null,
  }: { id: string; tenant: TenantId; bytes: number; name: string | null; subject?: Subject | null },
  store: Ports['store'],
  signal: AbortSignal,
): Promise<Intake> {
  const item = { media: id, tenant };
  return whileClaimed(id, store, signal, async () => {
    await untilNotDeleted(item, store, signal);
    if (await store.stat(keys.media(id), signal)) await store.delete(upload, signal);
    else {
      // Bytes whose record never comes, as this is cut off, are found by it.
      await store.put(keys.leftBytes(id), '', {}, signal);
      await store.move(upload, keys.media(id), signal);
    }
    const record = mediaRecordFor(id, tenant, bytes, name);
    const key = keys.mediaRecord(id, tenant);
    let kept: Intake = { media: record, created: false };
    let overtaken = false;
    do {
      if (subject !== null) await attachSubject(item, subject, store, signal);
      const isNew = (await writeStored(store, key, record, { ifAbsent: true }, signal)) === 'written';
      kept =
        isNew || kept.created
          ? { media: record, created: true }
          : await noteRepeatedIntake(record, overtaken, store, signal);
      // A deletion that began in between may have taken this, or a part of it.
      overtaken = await untilNotDeleted(item, store, signal);
    } while (overtaken);
    await store.delete(keys.leftBytes(id), signal);
    return kept;
  });
}
