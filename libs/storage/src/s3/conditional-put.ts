import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { untilAborted } from '../until-aborted';
import { isNotImplemented, isPreconditionFailed, storeErrorOf } from './s3-errors';

/** For three small requests, ms. Nobody's own time: who asked first may leave while others wait. */
const askMs = 60_000;

/**
 * Does this server decide `If-None-Match: *` on a write? AWS, MinIO and newer Ceph do; OpenStack Swift answers 501, and
 * some servers ignore the header in silence. Asked once by writing a small object twice, because a body that is a
 * stream cannot be sent a second time after a 501.
 */
export class ConditionalPut {
  private answer: Promise<boolean> | null = null;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    /** Where the small object goes; no object key starts like this. */
    private readonly prefix: string,
  ) {}

  async isHonoured(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    this.answer ??= this.ask(AbortSignal.timeout(askMs)).catch((error: unknown) => {
      this.answer = null;
      throw error;
    });
    return untilAborted(this.answer, signal);
  }

  private async ask(signal: AbortSignal): Promise<boolean> {
    const target = { Bucket: this.bucket, Key: `${this.prefix}conditional-put-${randomUUID()}` };
    const put = new PutObjectCommand({ ...target, Body: 'assay', IfNoneMatch: '*' });
    try {
      await this.client.send(put, { abortSignal: signal });
      const refused = await this.client.send(put, { abortSignal: signal }).then(() => false, refusedOrThrow);
      await this.client.send(new DeleteObjectCommand(target), { abortSignal: signal });
      return refused;
    } catch (error) {
      if (isNotImplemented(error)) return false;
      throw storeErrorOf(error, signal);
    }
  }
}

function refusedOrThrow(error: unknown): true {
  if (isPreconditionFailed(error)) return true;
  throw error;
}
