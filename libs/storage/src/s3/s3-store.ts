import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { addAbortSignal, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { assertByteRange } from '../byte-range';
import { ObjectMissingError } from '../errors/object-missing-error';
import { StorageKeyError } from '../errors/storage-key-error';
import { guardBody, type Body } from '../guard-body';
import { assertKeyPrefix, assertObjectKey, isObjectKey } from '../object-key';
import type { ByteRange, ListedObject, LocalFile, ObjectStat, ObjectStore, PutOptions } from '../object-store';
import { ConditionalPut } from './conditional-put';
import { copyObject } from './copy-object';
import { deleteAll } from './delete-all';
import { listObjects } from './list-objects';
import { localCopy } from './local-copy';
import { createClient } from './s3-client';
import { ResumedBody } from './resumed-body';
import { asError, isNoSuchKey, isRangeBehindEnd, storeErrorOf } from './s3-errors';
import type { S3StoreSettings } from './s3-settings';
import { upload } from './upload';

/** See `createS3Store`. */
export class S3Store implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;
  private readonly conditionalPut: ConditionalPut;

  constructor(private readonly settings: S3StoreSettings) {
    this.client = createClient(settings);
    this.bucket = settings.bucket;
    this.prefix = settings.prefix ?? '';
    this.conditionalPut = new ConditionalPut(this.client, this.bucket, `${this.prefix}.assay/`);
  }

  put(key: string, body: Body, options: PutOptions, signal: AbortSignal): Promise<'written' | 'exists'> {
    return guardBody(body, async () => {
      const target = this.at(key);
      if (!options.ifAbsent) return upload(this.client, { ...target, body, ...options }, signal);
      // Saves the upload in the usual case, and is all that a server without conditional writes can do.
      if (await this.stat(key, signal)) return 'exists';
      const ifAbsent = await this.conditionalPut.isHonoured(signal);
      return upload(this.client, { ...target, body, ...options, ifAbsent }, signal);
    });
  }

  async get(key: string, signal: AbortSignal): Promise<Buffer | null> {
    const body = await this.stream(key, null, signal);
    if (body === null) return null;
    try {
      return await buffer(body);
    } catch (error) {
      throw storeErrorOf(error, signal);
    }
  }

  async stream(key: string, range: ByteRange | null, signal: AbortSignal): Promise<Readable | null> {
    const target = this.at(key);
    assertByteRange(range);
    const open = (Range: string | undefined, IfMatch?: string): Promise<GetObjectCommandOutput> =>
      this.client.send(new GetObjectCommand({ ...target, Range, IfMatch }), { abortSignal: signal });
    try {
      const first = await open(range ? `bytes=${range.start}-${range.end ?? ''}` : undefined);
      const reopen = async (bytes: number): Promise<Readable> => {
        // Of the same object, or the file would be of two halves.
        const rest = await open(`bytes=${(range?.start ?? 0) + bytes}-${range?.end ?? ''}`, first.ETag);
        if (rest.ContentRange === undefined) throw new TypeError('the S3 server sent the whole and not the rest');
        return readableOf(rest);
      };
      const errorOf = (error: unknown): Error => asError(storeErrorOf(error, signal));
      return addAbortSignal(signal, new ResumedBody(readableOf(first), reopen, errorOf, this.settings.onRead));
    } catch (error) {
      if (isNoSuchKey(error)) return null;
      if (isRangeBehindEnd(error)) return Readable.from([]);
      throw storeErrorOf(error, signal);
    }
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectStat | null> {
    const target = this.at(key);
    try {
      const head = await this.client.send(new HeadObjectCommand(target), { abortSignal: signal });
      return { bytes: head.ContentLength ?? 0, modifiedAt: head.LastModified ?? new Date(0) };
    } catch (error) {
      if (isNoSuchKey(error)) return null;
      throw storeErrorOf(error, signal);
    }
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
    assertKeyPrefix(prefix);
    for await (const found of listObjects(this.client, this.bucket, this.prefix + prefix, signal)) {
      const key = found.key.slice(this.prefix.length);
      if (isObjectKey(key)) yield { key, bytes: found.bytes };
    }
  }

  async move(from: string, to: string, signal: AbortSignal): Promise<void> {
    const [source, target] = [this.at(from), this.at(to)];
    const found = await this.stat(from, signal);
    if (!found) throw new ObjectMissingError(from);
    // A copy onto itself followed by the delete would lose the object.
    if (from === to) return;
    await copyObject(this.client, { source, target, bytes: found.bytes }, signal);
    await this.delete(from, signal);
  }

  async delete(key: string, signal: AbortSignal): Promise<void> {
    const target = this.at(key);
    try {
      await this.client.send(new DeleteObjectCommand(target), { abortSignal: signal });
    } catch (error) {
      // S3 itself answers 204 for an absent key; a few other servers say 404.
      if (!isNoSuchKey(error)) throw storeErrorOf(error, signal);
    }
  }

  async deletePrefix(prefix: string, signal: AbortSignal): Promise<number> {
    if (prefix === '') throw new StorageKeyError(prefix, 'is empty: this would empty the store');
    // Of its own, and not one for each key: many deletes at once listen to it, which Node would take for a leak.
    const own = AbortSignal.any([signal]);
    setMaxListeners(0, own);
    return deleteAll(this.list(prefix, own), ({ key }) => this.delete(key, own));
  }

  async localFile(key: string, signal: AbortSignal): Promise<LocalFile | null> {
    const body = await this.stream(key, null, signal);
    return body && localCopy(body, this.settings.temporaryFolder, signal);
  }

  async check(signal: AbortSignal): Promise<void> {
    // A name that no key can have, and one per call: several processes check at once.
    const target = { Bucket: this.bucket, Key: `${this.prefix}.assay/check-${randomUUID()}` };
    await upload(this.client, { ...target, body: 'assay' }, signal);
    try {
      await this.client.send(new DeleteObjectCommand(target), { abortSignal: signal });
    } catch (error) {
      throw storeErrorOf(error, signal);
    }
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private at(key: string): { Bucket: string; Key: string } {
    assertObjectKey(key);
    return { Bucket: this.bucket, Key: this.prefix + key };
  }
}

function readableOf({ Body: body }: GetObjectCommandOutput): Readable {
  if (body instanceof Readable) return body;
  throw new TypeError('the S3 client gave no Node stream');
}
