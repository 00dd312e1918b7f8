import type { ScanRecord } from '@assay/contracts';
import { cursorAt, idAtPlace, placeAt, timeAt } from './list-cursor';
import type { ScanPage, ScanPageQuery } from './scan-index';

/**
 * Records that one request reads. Who looks for what is rare gets short or empty pages, and not a request that holds up the
 * others while it goes through millions.
 */
export const maxRecordsRead = 1_000;
/** Records that are read at once where many may not fit: the event loop has its turns in between. */
const searchStep = 100;

/** Places `from <= place < below` in string order; null = no bound. */
export interface PlaceRange {
  from: string | null;
  below: string | null;
}

/** What is asked of a record before all of it is read, which costs several times as much. */
export const askedFields = ['label', 'media', 'state', 'verdict', 'probability'] as const;
export type AskedFields = Pick<ScanRecord, (typeof askedFields)[number]>;

export interface ScanSource {
  /** The newest places of a range, newest first. */
  places(range: PlaceRange, count: number): Promise<string[]>;
  /** Null where there is none any more. */
  ask(id: string): Promise<AskedFields | null>;
  read(id: string): Promise<ScanRecord | null>;
}

/**
 * One page of a list, the same for every index. What a scan *is* (tenant, label, media, time) chooses places in order; what
 * becomes of it is looked up in its record, which is the only thing that says it at this moment.
 *
 * @throws ListCursorError
 */
export async function listScans(query: ScanPageQuery, source: ScanSource): Promise<ScanPage> {
  const { limit, cursor, createdAfter, createdBefore } = query;
  const from = createdAfter === undefined ? null : timeAt(createdAfter);
  const newest = createdBefore === undefined ? null : timeAt(createdBefore);
  let below = cursor === null ? newest : placeAt(cursor, query);
  const scans: ScanRecord[] = [];
  let left = maxRecordsRead;
  while (left > 0) {
    const room = limit - scans.length;
    const step = Math.min(left, isSearch(query) ? searchStep : room);
    const places = await source.places({ from, below }, step + 1);
    const looked = places.slice(0, step);
    const fitting = isSearch(query) ? await placesThatFit(looked, query, source) : looked;
    const shown = fitting.slice(0, room);
    const records = await Promise.all(shown.map((place) => source.read(idAtPlace(place))));
    // Deleted since the list was read, or something else became of it.
    scans.push(...records.filter((record) => record !== null).filter((record) => fits(record, query)));
    left -= looked.length;
    // What fits beyond the page is the next one's.
    below = (fitting.length > room ? shown : looked).at(-1) ?? below;
    const hasMore = places.length > step || fitting.length > room;
    if (!hasMore || below === null) return { scans, cursor: null };
    if (scans.length === limit) break;
  }
  return { scans, cursor: below === null ? null : cursorAt(below, query) };
}

async function placesThatFit(places: string[], query: ScanPageQuery, { ask }: ScanSource): Promise<string[]> {
  const asked = await Promise.all(places.map((place) => ask(idAtPlace(place))));
  return places.filter((_place, at) => {
    const fields = asked[at];
    return fields && fits(fields, query);
  });
}

/** For a source that has all of its places at hand. @param places newest first */
export function placesInRange(places: readonly string[], { from, below }: PlaceRange, count: number): string[] {
  return places
    .filter((place) => (from === null || place >= from) && (below === null || place < below))
    .slice(0, count);
}

/** Whether places alone do not say what fits. */
function isSearch({ media, state, verdict, minProbability, maxProbability }: ScanPageQuery): boolean {
  return [media, state, verdict, minProbability, maxProbability].some((wanted) => wanted !== undefined);
}

function fits(scan: AskedFields, query: ScanPageQuery): boolean {
  const { label, media, state, verdict, minProbability, maxProbability } = query;
  return (
    (label === undefined || scan.label === label) &&
    (media === undefined || scan.media === media) &&
    (state === undefined || scan.state === state) &&
    (verdict === undefined || scan.verdict === verdict) &&
    (minProbability === undefined || (scan.probability !== null && scan.probability >= minProbability)) &&
    (maxProbability === undefined || (scan.probability !== null && scan.probability <= maxProbability))
  );
}
