import { useCallback, useEffect, useState } from 'react';

const fragment = /^#scan=(sc_[0-9a-f]{32})$/;
const scanInAddress = (): string | null => fragment.exec(window.location.hash)?.[1] ?? null;

/** The scan on show is part of the address: it can be reloaded, linked to, and left with the back button. */
export function useChosenScan(): [string | null, (scan: string | null) => void] {
  const [scan, setScan] = useState(scanInAddress);
  useEffect(() => {
    const follow = () => setScan(scanInAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const choose = useCallback((next: string | null) => {
    const address = window.location.pathname + window.location.search + (next === null ? '' : `#scan=${next}`);
    window.history.pushState(null, '', address);
    setScan(next);
  }, []);
  return [scan, choose];
}
