import { StorageKeyError } from '../errors/storage-key-error';
import { StoreUnavailableError } from '../errors/store-unavailable-error';

/** The name (or a folder on the way to it) is not there, or is of the other kind: for a reader all of it is "absent". */
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
/** A file stands where a folder is needed, or the other way round. */
const clashCodes = new Set(['ENOTDIR', 'EISDIR', 'EEXIST']);

/** By shape: an error of Node's own is no `instanceof Error` where a test runner gives each file its own globals. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

export function isAbsent(error: unknown): boolean {
  return absentCodes.has(codeOf(error) ?? '');
}

/** What a failed file system call means to a caller of the store. */
export function storeErrorOf(error: unknown, key: string): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  if (clashCodes.has(code)) return new StorageKeyError(key, 'another key is a folder of it, or has it as a folder');
  return new StoreUnavailableError('the storage folder cannot be used', error);
}
