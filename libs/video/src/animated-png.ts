import type { FileHandle } from 'node:fs/promises';

/** Length of the signature, and of a chunk beside its data: length, type, checksum. */
const signatureBytes = 8;
const headerBytes = 8;
const checksumBytes = 4;
/** Profiles and notes before the first picture data are a handful. */
const mostChunks = 1_000;

/**
 * Whether a PNG is animated: then its `acTL` chunk comes before the first picture data, behind however many profiles and notes (PNG, third
 * edition, 11.3.6.1).
 */
export async function isAnimatedPng(file: FileHandle): Promise<boolean> {
  const header = Buffer.alloc(headerBytes);
  let place = signatureBytes;
  for (let chunk = 0; chunk < mostChunks; chunk += 1) {
    const { bytesRead } = await file.read(header, 0, headerBytes, place);
    if (bytesRead < headerBytes) return false;
    const type = header.toString('latin1', 4);
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
    place += headerBytes + header.readUInt32BE(0) + checksumBytes;
  }
  return false;
}
