import { useCallback, useEffect, useState } from 'react';

const fragment = /^#scan=(sc_[0-9a-f]{32})$/;
const scanInAddress = (): string | null => fragment.exec(window.location.hash)?.[1] ?? null;

export interface ChosenScan {
  scan: string | null;
  /** Another at each choice: the same scan, chosen again, may have been started anew. */
  turn: number;
  choose(scan: string | null): void;
}

/** The scan on show is part of the address: it can be reloaded, linked to, and left with the back button. */
export function useChosenScan(): ChosenScan {
  const [scan, setScan] = useState(scanInAddress);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const follow = () => setScan(scanInAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const choose = useCallback((next: string | null) => {
    const address = window.location.pathname + window.location.search + (next === null ? '' : `#scan=${next}`);
    // The back button leads to what was shown before, not to the same again.
    if (next !== scanInAddress()) window.history.pushState(null, '', address);
    setScan(next);
    setTurn((now) => now + 1);
  }, []);
  return { scan, turn, choose };
}
