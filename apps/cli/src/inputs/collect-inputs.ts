import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { rejected, type Rejection } from '@assay/contracts';
import { nameOfUrl } from '@assay/fetch-media';
import { errorCode } from '../error-code';

/** One thing to scan, in the order asked for. */
export type ScanInput =
  | { kind: 'file'; name: string; path: string }
  | { kind: 'url'; name: string; url: string }
  | { kind: 'rejected'; name: string; rejection: Rejection };

const mediaExtensions = new Set(
  (
    'mp4 m4v f4v mov qt mkv webm avi ts m2ts mts mpg mpeg m2v vob flv wmv asf 3gp 3gpp 3g2 ogv mxf gif apng ' +
    'jpg jpeg jpe jfif png webp bmp tif tiff avif heic heif'
  ).split(' '),
);

/** What is no picture, though its first bytes may be those of a video's container. */
const otherExtensions = new Set(
  'txt md csv tsv json html htm xml log srt vtt pdf svg mp3 m4a aac wav flac ogg opus'.split(' '),
);

/** First bytes of the common containers, for files whose name does not tell: what is after a dot need not be an extension. */
const signatures: { at: number; bytes: string }[] = [
  { at: 4, bytes: 'ftyp' },
  { at: 0, bytes: '\x1a\x45\xdf\xa3' },
  { at: 8, bytes: 'AVI ' },
  { at: 8, bytes: 'WEBP' },
  { at: 0, bytes: 'GIF8' },
  { at: 0, bytes: '\x89PNG' },
  { at: 0, bytes: '\xff\xd8\xff' },
  { at: 0, bytes: 'FLV\x01' },
  { at: 0, bytes: '\x00\x00\x01\xba' },
];
const signatureBytes = 16;

/**
 * Turns the words of a command line into things to scan. A file named outright is always scanned, whatever its name;
 * in a folder only what looks like media is, in the order of names. What is missing becomes a rejection in its place.
 *
 * @param onLeftOut hears of the files of a folder that do not look like media, in the order of names
 */
export async function collectInputs(
  words: readonly string[],
  onLeftOut: (folder: string, names: readonly string[]) => void = () => {},
): Promise<ScanInput[]> {
  const inputs: ScanInput[] = [];
  for (const word of words) {
    const leftOut: string[] = [];
    for (const input of await expand(word, leftOut)) inputs.push(input);
    if (leftOut.length > 0) onLeftOut(word, leftOut);
  }
  return inputs;
}

async function expand(word: string, leftOut: string[]): Promise<ScanInput[]> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return [{ kind: 'url', name: nameOfUrl(word), url: word }];
  const name = basename(word) || word;
  try {
    const found = await stat(word);
    if (found.isFile()) return [{ kind: 'file', name, path: word }];
    if (!found.isDirectory()) return [reject(name, 'not_readable', 'This is neither a file nor a folder.')];
    const inputs = [];
    for await (const input of walk(word, leftOut)) inputs.push(input);
    return inputs.length > 0 ? inputs : [reject(name, 'not_found', 'There is no video or image in this folder.')];
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [reject(name, 'not_found', 'There is no such file or folder.')];
    return [reject(name, 'not_readable', 'The file or folder could not be read.')];
  }
}

function reject(name: string, ...[code, message]: Parameters<typeof rejected>): ScanInput {
  return { kind: 'rejected', name, rejection: rejected(code, message).rejection };
}

/**
 * Depth first, names in byte order, so that two machines scan in the same order. Links to folders are not followed. A folder in it that
 * cannot be read is a rejection in its place.
 */
async function* walk(folder: string, leftOut: string[]): AsyncGenerator<ScanInput> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const [path, { name }] = [join(folder, entry.name), entry];
    if (entry.isDirectory()) yield* walkOrReject(path, name, leftOut);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) {
      if (await looksLikeMedia(path)) yield { kind: 'file', name, path };
      else leftOut.push(name);
    }
  }
}

async function* walkOrReject(folder: string, name: string, leftOut: string[]): AsyncGenerator<ScanInput> {
  try {
    yield* walk(folder, leftOut);
  } catch {
    yield reject(name, 'not_readable', 'The folder could not be read.');
  }
}

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function looksLikeMedia(path: string): Promise<boolean> {
  const extension = extname(path).slice(1).toLowerCase();
  if (mediaExtensions.has(extension)) return true;
  if (otherExtensions.has(extension)) return false;
  const handle = await open(path, 'r').catch(() => null);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0);
    const head = buffer.subarray(0, bytesRead).toString('latin1');
    return signatures.some(({ at, bytes }) => head.startsWith(bytes, at));
  } finally {
    await handle.close();
  }
}
