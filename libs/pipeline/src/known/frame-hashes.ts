import { type FrameHash, hashFromHex, hashToHex } from '@assay/fingerprint';
import { z } from 'zod';

/** A hash as vPDQ's JSON has it, `hash,quality,seconds`, times in milliseconds. */
export const StoredFrameHash = z.string().regex(/^[0-9a-f]{64},\d{1,3},\d+(\.\d{1,3})?$/);

/** What one look leaves beside its result: hashes of whatever was decoded. */
export const StoredFrameHashes = z.object({
  schema: z.literal('assay.frame-hashes/1'),
  frames: z.array(StoredFrameHash),
});

const msPerSecond = 1000;

export function storedFrame({ hash, quality, seconds }: Pick<FrameHash, 'hash' | 'quality' | 'seconds'>): string {
  return `${hashToHex(hash)},${quality},${Math.round(Math.max(0, seconds) * msPerSecond) / msPerSecond}`;
}

/** @param place stands for the number of the frame, which nobody keeps */
export function frameOf(stored: string, place: number): FrameHash {
  const [hex = '', quality, seconds] = stored.split(',');
  return { frame: place, quality: Number(quality), seconds: Number(seconds), hash: hashFromHex(hex) };
}
