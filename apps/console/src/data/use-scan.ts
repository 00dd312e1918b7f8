import type { AssayClient } from '@assay/client';
import type { ScanEvent, Verdict } from '@assay/contracts';
import { useEffect, useState } from 'react';
import { type Failure, failureOf } from './failure';

export interface ScanView {
  event: ScanEvent | null;
  /** The last answer so far that came with an event. */
  partial: ScanEvent['partial'];
  verdict: Verdict | null;
  failure: Failure | null;
}

const nothing: ScanView = { event: null, partial: null, verdict: null, failure: null };

/** Follows a scan to its verdict. */
export function useScan(client: AssayClient, scan: string | null): ScanView {
  const [shown, setShown] = useState({ scan, view: nothing });
  useEffect(() => {
    if (scan === null) return;
    const leaving = new AbortController();
    const change = (part: Partial<ScanView>) => {
      if (leaving.signal.aborted) return;
      setShown((now) => ({ scan, view: { ...(now.scan === scan ? now.view : nothing), ...part } }));
    };
    change(nothing);
    const onEvent = (event: ScanEvent) => change({ event, ...(event.partial ? { partial: event.partial } : {}) });
    client.waitForVerdict(scan, { onEvent }, leaving.signal).then(
      (verdict) => change({ verdict }),
      (error: unknown) => change({ failure: failureOf(error) }),
    );
    return () => leaving.abort();
  }, [client, scan]);
  // Between two scans the old one's answer must not stand under the new one's name.
  return shown.scan === scan ? shown.view : nothing;
}
