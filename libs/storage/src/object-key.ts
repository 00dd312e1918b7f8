import { StorageKeyError } from './errors/storage-key-error';

/** S3 allows 1024 bytes; half of it leaves room for a deployment's own prefix. */
export const maxKeyLength = 512;
/** File systems allow 255 bytes a name. */
export const maxSegmentLength = 255;

const keyCharacters = /^[a-zA-Z0-9._/-]+$/;
const shownCharacters = 80;

/**
 * A key is segments of `[a-zA-Z0-9._-]` joined by '/'. No segment is empty or starts with '.', which leaves no way
 * out of a folder and keeps dot-names free for the stores' own files.
 *
 * A key must not be another key's folder (`a` beside `a/b`): a folder store cannot hold both.
 *
 * @throws StorageKeyError
 */
export function assertObjectKey(key: string): void {
  const problem = problemOf(key);
  if (problem) throw new StorageKeyError(key.slice(0, shownCharacters), problem);
}

/** A prefix is the start of a key: the same characters, may be empty, may end anywhere. */
export function assertKeyPrefix(prefix: string): void {
  // Whatever the prefix ends in, some key continues it: completing it gives something that can be checked as a key.
  const problem = prefix === '' ? null : problemOf(prefix.endsWith('/') ? `${prefix}x` : prefix, prefix.length);
  if (problem) throw new StorageKeyError(prefix.slice(0, shownCharacters), problem);
}

/** False for the stores' own helper objects and for foreign objects in the same bucket or folder. */
export function isObjectKey(key: string): boolean {
  return problemOf(key) === null;
}

function problemOf(key: string, length = key.length): string | null {
  if (key.length === 0) return 'is empty';
  if (length > maxKeyLength) return `is longer than ${maxKeyLength} characters`;
  if (!keyCharacters.test(key)) return "may only hold letters, digits, '.', '_', '-' and '/'";
  if (key.startsWith('/')) return "must not start with '/'";
  if (key.includes('..')) return "must not contain '..'";
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment.startsWith('.')) return "has a segment that starts with '.'";
    if (segment.length > maxSegmentLength) return `has a segment longer than ${maxSegmentLength} characters`;
  }
  return null;
}
