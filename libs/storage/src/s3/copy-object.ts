import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { storeErrorOf } from './s3-errors';

/**
 * Larger objects are copied in parts of this size. S3 refuses a single copy over 5 GiB, and a shorter request is less
 * likely to meet a timeout on the way.
 */
export const copyPartBytes = 512 * 1024 * 1024;

interface Place {
  Bucket: string;
  Key: string;
}

export interface CopyRequest {
  source: Place;
  target: Place;
  bytes: number;
  /** Default `copyPartBytes`. */
  partBytes?: number;
}

/** Copies inside the server; no byte passes through this process. The target appears whole. */
export async function copyObject(client: S3Client, request: CopyRequest, signal: AbortSignal): Promise<void> {
  const { source, target, bytes, partBytes = copyPartBytes } = request;
  const CopySource = `${source.Bucket}/${source.Key.split('/').map(encodeURIComponent).join('/')}`;
  try {
    if (bytes > partBytes) await copyInParts(client, { ...request, partBytes, CopySource }, signal);
    else await client.send(new CopyObjectCommand({ ...target, CopySource }), { abortSignal: signal });
  } catch (error) {
    throw storeErrorOf(error, signal);
  }
}

async function copyInParts(
  client: S3Client,
  { source, target, bytes, partBytes, CopySource }: Required<CopyRequest> & { CopySource: string },
  signal: AbortSignal,
): Promise<void> {
  // A multipart copy, other than a plain one, does not take the content type along.
  const { ContentType } = await client.send(new HeadObjectCommand(source), { abortSignal: signal });
  const create = new CreateMultipartUploadCommand({ ...target, ContentType });
  const { UploadId } = await client.send(create, { abortSignal: signal });
  try {
    const Parts: CompletedPart[] = [];
    for (let start = 0; start < bytes; start += partBytes) {
      const CopySourceRange = `bytes=${start}-${Math.min(start + partBytes, bytes) - 1}`;
      const PartNumber = Parts.length + 1;
      const copy = new UploadPartCopyCommand({ ...target, UploadId, PartNumber, CopySource, CopySourceRange });
      const copied = await client.send(copy, { abortSignal: signal });
      Parts.push({ PartNumber, ETag: copied.CopyPartResult?.ETag });
    }
    const complete = new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } });
    await client.send(complete, { abortSignal: signal });
  } catch (error) {
    // Not with the signal: it may be the reason why we are here, and parts left behind cost money for ever.
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => {});
    throw error;
  }
}
