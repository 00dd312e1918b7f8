import { createHash } from 'node:crypto';
import { ScanId } from '@assay/contracts';
import { ListCursorError } from './errors/list-cursor-error';
import type { ScanQuery } from './scan-index';

/**
 * A scan's place in the list: creation time at full width, then the id, so that plain string order is time order and
 * no two scans share a place.
 */
export function placeOf(scan: { id: string; createdAt: string }): string {
  return `${timeAt(scan.createdAt)}/${scan.id}`;
}

/** The part that all places of one millisecond begin with; below every one of them in string order. */
export function timeAt(time: string): string {
  return new Date(time).toISOString();
}

export function idAtPlace(place: string): string {
  return place.slice(place.indexOf('/') + 1);
}

/** Opaque to callers, so that none builds one; of no use to a query that asks for other scans. */
export function cursorAt(place: string, query: ScanQuery): string {
  return Buffer.from(`${place}/${markOf(query)}`).toString('base64url');
}

/** @throws ListCursorError */
export function placeAt(cursor: string, query: ScanQuery): string {
  const [time = '', id = '', mark = ''] = Buffer.from(cursor, 'base64url').toString().split('/');
  if (Number.isNaN(Date.parse(time)) || !ScanId.safeParse(id).success || mark === '') throw new ListCursorError();
  if (mark !== markOf(query)) throw new ListCursorError('the cursor is one of a query with other filters');
  return `${time}/${id}`;
}

/** Tells queries apart, characters: nobody gains by two that are alike, whose scans are the same tenant's. */
const markLength = 16;

/** The same for the same scans, however their times are written. */
function markOf({ tenant, label, media, state, verdict, ...ranges }: ScanQuery): string {
  const { minProbability, maxProbability, createdAfter, createdBefore } = ranges;
  const times = [createdAfter, createdBefore].map((time) => time && timeAt(time));
  const asked = [tenant, label, media, state, verdict, minProbability, maxProbability, ...times];
  const text = JSON.stringify(asked.map((value) => value ?? null));
  return createHash('sha256').update(text).digest('base64url').slice(0, markLength);
}
