import { randomBytes } from 'node:crypto';
import { UploadId } from '@assay/contracts';
import { keys } from '@assay/pipeline';

/** Nobody guesses 128 bits; with the API key that is all that stands between two senders. */
const idBytes = 16;

export const uploadsPath = '/v1/uploads';

export const newUploadId = (): UploadId => randomBytes(idBytes).toString('hex');

/** Beside the upload's own bytes: `.json` (folder) or `.info` and `.part` (S3) of the stores of tus, and our outcome. */
const resumableKey = /^resumable\/([0-9a-f]{32})(\.[a-z.]+)?$/;

/** To the stores of tus, an upload's id is the key of the object that it becomes. */
export const keyOfUpload = (id: UploadId): string => keys.resumable(id);

/** @returns null for a key that belongs to no upload */
export function uploadOfKey(key: string): UploadId | null {
  return resumableKey.exec(key)?.[1] ?? null;
}

/** @returns undefined for what cannot be an id, as tus wants it */
export function keyOfPath(lastPart: string | undefined): string | undefined {
  return UploadId.safeParse(lastPart).success ? keyOfUpload(String(lastPart)) : undefined;
}
