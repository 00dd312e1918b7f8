import { open } from 'node:fs/promises';

/**
 * What every file with Content Credentials has in plain bytes: the label of the manifest store ("c2pa", C2PA 2.2, 11.1.4), which
 * is never compressed, or where AVI and GIF embed it the name of that place; or, where the manifest lies elsewhere, the XMP
 * property that says where (11.4).
 */
const marks = ['c2pa', 'C2PA', 'provenance'].map((mark) => Buffer.from(mark));
/** So much of a piece is looked at again with the next, so that no mark is missed between two. */
const overlap = Math.max(...marks.map(({ length }) => length)) - 1;
const pieceBytes = 1 << 20;

/** XMP in plain bytes is what the standard asks for; in PNG it can be compressed all the same. */
const mayCompressXmp = new Set(['image/png']);
/** Beyond this the reader, which skips over what is no box of its own, is the quicker one. */
const searchBelowBytes = 512 * 1024 ** 2;

/**
 * Whether a file may hold Content Credentials. Most do not, and reading their bytes takes a tenth of what the process of the reader
 * takes to start.
 *
 * @returns false only for a file that was read to its end and has none of the marks
 * @throws the abort reason, or the error of the file
 */
export async function mayHoldCredentials(path: string, mimeType: string, signal: AbortSignal): Promise<boolean> {
  if (mayCompressXmp.has(mimeType)) return true;
  const file = await open(path);
  try {
    if ((await file.stat()).size > searchBelowBytes) return true;
    const buffer = Buffer.alloc(overlap + pieceBytes);
    for (let kept = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, kept, pieceBytes);
      if (bytesRead === 0) return false;
      const piece = buffer.subarray(0, kept + bytesRead);
      if (marks.some((mark) => piece.includes(mark))) return true;
      kept = Math.min(overlap, piece.length);
      piece.copy(buffer, 0, piece.length - kept);
    }
  } finally {
    await file.close();
  }
}
