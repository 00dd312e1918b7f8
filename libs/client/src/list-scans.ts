import {
  type DecisionLabel,
  maxPageSize,
  ScanList,
  type ScanRecord,
  type ScanState,
  type VerdictLabel,
} from '@assay/contracts';
import type { Requests } from './requests';

/** All that is given has to hold of a scan. */
export interface ScanFilter {
  /** What people decided on it, or on what it is a copy of. */
  label?: DecisionLabel;
  /** Id of a media item. */
  media?: string;
  state?: ScanState;
  verdict?: VerdictLabel;
  /** From 0 to 1, included; scans without a probability lie in no range. */
  minProbability?: number;
  maxProbability?: number;
  /** Asked for then or later; as text ISO 8601 with a zone. */
  createdAfter?: string | Date;
  /** Asked for before this. */
  createdBefore?: string | Date;
  /** Another tenant than your own: for operators who may also read scans. */
  tenant?: string;
}

export interface ScanPageOptions extends ScanFilter {
  /** At most 100; 20 when left out. */
  limit?: number;
  /** `next` of the page before, to the same filter. */
  cursor?: string;
}

export interface ScansOptions extends ScanFilter {
  /** Scans that one request gives at most, up to 100 (default). */
  limit?: number;
}

export async function scanPage(requests: Requests, page: ScanPageOptions, signal?: AbortSignal): Promise<ScanList> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(page) as [string, string | number | Date | undefined][])
    if (value !== undefined) query.set(name, value instanceof Date ? value.toISOString() : String(value));
  const search = query.size > 0 ? `?${query.toString()}` : '';
  return requests.json(`/v1/scans${search}`, ScanList, {}, signal);
}

/** Pages are asked for as their scans are taken: who stops asks for no more. An empty page is not the end. */
export async function* allScans(
  requests: Requests,
  { limit = maxPageSize, ...filter }: ScansOptions,
  signal?: AbortSignal,
): AsyncGenerator<ScanRecord, void, void> {
  let cursor: string | undefined;
  do {
    signal?.throwIfAborted();
    const { scans, next } = await scanPage(requests, { ...filter, limit, cursor }, signal);
    for (const scan of scans) {
      signal?.throwIfAborted();
      yield scan;
    }
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
