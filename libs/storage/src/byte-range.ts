import type { ByteRange } from './object-store';

/** @throws RangeError when the range is not two whole numbers in order */
export function assertByteRange(range: ByteRange | null): void {
  if (range === null) return;
  const { start, end } = range;
  const ordered = Number.isSafeInteger(start) && start >= 0;
  if (!ordered || (end !== undefined && (!Number.isSafeInteger(end) || end < start))) {
    throw new RangeError('a byte range is a whole start >= 0 and a whole end >= start, both included');
  }
}
