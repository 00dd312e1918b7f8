import type { AssayClient } from '@assay/client';
import { isOpenScan, type ScanRecord } from '@assay/contracts';
import { useCallback, useEffect, useState } from 'react';
import { type Failure, failureOf } from './failure';
import { longestList, type ReadScans, readScans } from './read-scans';
import { daysFit, everything, filterOf, isNarrowed, type ScanChoice } from './scan-choice';

/** Shown at first, and looked for with so many requests. */
const firstView = { scans: 12, looks: 3 };
const furtherScans = 24;

export interface RecentScans {
  scans: ScanRecord[];
  failure: Failure | null;
  hasMore: boolean;
  /** True = the list may go on although it is shorter than it could be: not all was looked through. */
  isShort: boolean;
  choice: ScanChoice;
  /** True = the list is the answer to `choice`, and not still the one before. */
  isCurrent: boolean;
  /** True = there are no scans at all, as far as is known. */
  isBare: boolean;
  choose(choice: ScanChoice): void;
  refresh(): void;
  more(): void;
}

/** While a scan of the list is under way, it is read again this often for each request that it takes, ms. */
const followMs = 2_000;
/** With what it was asked by; null = nothing was asked. */
type Answer = ReadScans & { of: ScanChoice | null };
const nothing: Answer = { scans: [], looks: 1, hasMore: false, of: null };

/** The latest scans that fit; read again when asked to, and by itself as long as one of them is under way. */
export function useRecentScans(client: AssayClient, enabled: boolean): RecentScans {
  const [turn, setTurn] = useState(0);
  const [view, setView] = useState(firstView);
  const [choice, setChoice] = useState(everything);
  const [read, setRead] = useState(nothing);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    if (!enabled) return;
    if (!daysFit(choice)) return setRead(nothing);
    const leaving = new AbortController();
    readScans(client, filterOf(choice), view, leaving.signal).then(
      (answer) => {
        if (leaving.signal.aborted) return;
        setRead({ ...answer, of: choice });
        setFailure(null);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) setFailure({ ...failureOf(error) });
      },
    );
    return () => leaving.abort();
  }, [client, enabled, choice, view, turn]);
  const underWay = read.scans.some(isOpenScan);
  useEffect(() => {
    if (!underWay) return;
    const timer = setTimeout(() => setTurn((now) => now + 1), followMs * read.looks);
    return () => clearTimeout(timer);
    // Each answer and each failure is a new object, and the next look comes after it.
  }, [underWay, read, failure]);
  const refresh = useCallback(() => setTurn((now) => now + 1), []);
  const more = useCallback(() => setView(further), []);
  const choose = useCallback((next: ScanChoice) => (setChoice(next), setView(firstView)), []);
  const isShort = read.hasMore && read.scans.length < view.scans;
  const isEmpty = read.scans.length === 0 && !read.hasMore;
  const isBare = isEmpty && !isNarrowed(choice) && (read.of === null || !isNarrowed(read.of));
  const { scans, hasMore } = read;
  return { scans, hasMore, isShort, isBare, isCurrent: read.of === choice, failure, choice, choose, refresh, more };
}

function further({ scans, looks }: typeof firstView): typeof firstView {
  return { scans: Math.min(longestList, scans + furtherScans), looks: looks + firstView.looks };
}
