import type { AssayClient } from '@assay/client';
import type { Verdict } from '@assay/contracts';
import { type KeyboardEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { type Failure, failureOf } from '../data/failure';
import { Notice } from './notice';

interface Props {
  client: AssayClient;
  verdict: Verdict;
  onDeleted: () => void;
}

/** Taking the document along, and deleting everything. */
export function VerdictActions({ client, verdict, onDeleted }: Props) {
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const ask = useRef<HTMLButtonElement>(null);
  const { media } = verdict;
  const keep = () => {
    // The button in focus goes away; the keyboard goes on from the one that it stood in for.
    flushSync(() => setAsking(false));
    ask.current?.focus();
  };
  const keepOnEscape = ({ key }: KeyboardEvent) => {
    if (key === 'Escape') keep();
  };
  const remove = (id: string) => {
    client.deleteMedia(id).then(onDeleted, (error: unknown) => setFailure(failureOf(error)));
  };
  return (
    <>
      {failure && <Notice failure={failure} />}
      <div className="actions">
        <button type="button" className="quiet" onClick={() => save(verdict)}>
          Verdict as JSON
        </button>
        {media !== null && !asking && (
          <button type="button" className="quiet" ref={ask} onClick={() => setAsking(true)}>
            Delete
          </button>
        )}
        {media !== null && asking && (
          <span
            className="row"
            role="alertdialog"
            aria-label="Delete the file, its verdict and all pictures?"
            onKeyDown={keepOnEscape}
          >
            Delete the file, its verdict and all pictures?
            <button type="button" className="danger" onClick={() => remove(media)}>
              Delete for good
            </button>
            <button type="button" className="quiet" autoFocus onClick={keep}>
              Keep
            </button>
          </span>
        )}
      </div>
    </>
  );
}

function save(verdict: Verdict): void {
  const text = `${JSON.stringify(verdict, null, 2)}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${verdict.scan}.verdict.json`;
  link.click();
  URL.revokeObjectURL(url);
}
