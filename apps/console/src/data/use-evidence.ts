import type { AssayClient } from '@assay/client';
import { useEffect, useState } from 'react';

/** A picture of a scan as an address that an `<img>` can show: the key travels in a header, never in an address. */
export function useEvidence(client: AssayClient, scan: string, name: string | null): { url: string | null; gone: boolean } {
  const [shown, setShown] = useState<{ name: string | null; url: string | null; gone: boolean }>(nothing);
  useEffect(() => {
    if (name === null) return;
    const leaving = new AbortController();
    let url: string | null = null;
    client.getEvidence(scan, name, leaving.signal).then(
      (picture) => {
        if (leaving.signal.aborted) return;
        url = URL.createObjectURL(picture);
        setShown({ name, url, gone: false });
      },
      () => {
        if (!leaving.signal.aborted) setShown({ name, url: null, gone: true });
      },
    );
    return () => {
      leaving.abort();
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [client, scan, name]);
  return shown.name === name ? shown : nothing;
}

const nothing = { name: null, url: null, gone: false };
