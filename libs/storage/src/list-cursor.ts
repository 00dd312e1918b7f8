import { ScanId } from '@assay/contracts';
import { ListCursorError } from './errors/list-cursor-error';

/**
 * A scan's place in the list: creation time at full width, then the id, so that plain string order is time order and
 * no two scans share a place.
 */
export function placeOf(scan: { id: string; createdAt: string }): string {
  return `${new Date(scan.createdAt).toISOString()}/${scan.id}`;
}

export function idAtPlace(place: string): string {
  return place.slice(place.indexOf('/') + 1);
}

/** Opaque to callers, so that none builds one. */
export function cursorAt(place: string): string {
  return Buffer.from(place).toString('base64url');
}

/** @throws ListCursorError */
export function placeAt(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  const [time = '', id] = place.split('/');
  if (Number.isNaN(Date.parse(time)) || !ScanId.safeParse(id).success) throw new ListCursorError();
  return place;
}
