import type { AssayClient } from '@assay/client';
import { useState } from 'react';
import { type Failure, failureOf } from '../data/failure';
import { Notice } from './notice';

interface Props {
  client: AssayClient;
  scan: string;
}

/** Stops a scan that is under way; what was seen so far is not kept. That it stopped, its own events tell. */
export function CancelButton({ client, scan }: Props) {
  const [stopping, setStopping] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const stop = () => {
    setStopping(true);
    client.cancelScan(scan).catch((error: unknown) => {
      setStopping(false);
      setFailure(failureOf(error));
    });
  };
  return (
    <>
      {failure && <Notice failure={failure} />}
      <div className="actions">
        <button type="button" className="quiet" disabled={stopping} onClick={stop}>
          {stopping ? 'Stopping' : 'Stop this scan'}
        </button>
      </div>
    </>
  );
}
