import type { AssayClient } from '@assay/client';
import type { DecisionLabel, ScanRecord } from '@assay/contracts';
import { useCallback, useEffect, useState } from 'react';
import { type Failure, failureOf } from './failure';

const pageSize = 12;

export interface RecentScans {
  scans: ScanRecord[];
  failure: Failure | null;
  hasMore: boolean;
  /** Only scans with this label; null = all. */
  label: DecisionLabel | null;
  choose(label: DecisionLabel | null): void;
  refresh(): void;
  more(): void;
}

/** While a scan of the list is under way, it is read again this often, ms. */
const followMs = 2_000;

/** The latest scans; read again when asked to, and by itself as long as one of them is under way. */
export function useRecentScans(client: AssayClient, enabled: boolean): RecentScans {
  const [turn, setTurn] = useState(0);
  const [limit, setLimit] = useState(pageSize);
  const [label, setLabel] = useState<DecisionLabel | null>(null);
  const [read, setRead] = useState<{ scans: ScanRecord[]; hasMore: boolean }>({ scans: [], hasMore: false });
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    if (!enabled) return;
    const leaving = new AbortController();
    client.listScans({ limit, ...(label ? { label } : {}) }, leaving.signal).then(
      ({ scans, next }) => {
        setRead({ scans, hasMore: next !== null && limit < longestList });
        setFailure(null);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) setFailure({ ...failureOf(error) });
      },
    );
    return () => leaving.abort();
  }, [client, enabled, label, limit, turn]);
  const underWay = read.scans.some(({ state }) => state === 'queued' || state === 'running');
  useEffect(() => {
    if (!underWay) return;
    const timer = setTimeout(() => setTurn((now) => now + 1), followMs);
    return () => clearTimeout(timer);
    // Each answer and each failure is a new object, and the next look comes after it.
  }, [underWay, read, failure]);
  const refresh = useCallback(() => setTurn((now) => now + 1), []);
  const more = useCallback(() => setLimit((now) => Math.min(longestList, now + pageSize * 2)), []);
  const choose = useCallback((next: DecisionLabel | null) => (setLabel(next), setLimit(pageSize)), []);
  return { ...read, failure, label, choose, refresh, more };
}

/** As many as the API gives at once. */
const longestList = 100;
