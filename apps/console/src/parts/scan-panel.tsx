import type { AssayClient } from '@assay/client';
import { chance, labelWords } from '@assay/wording';
import { useEffect, useRef } from 'react';
import { useScan } from '../data/use-scan';
import { stageWords } from '../format/stage-words';
import { CancelButton } from './cancel-button';
import { Notice } from './notice';
import { ProgressBar } from './progress-bar';
import { VerdictView } from './verdict-view';

interface Props {
  client: AssayClient;
  scan: string;
  /** Of the file, as far as it is known before the verdict. */
  name: string | null;
  onEnded: () => void;
  onDeleted: () => void;
}

/** A scan on its way to a verdict, and the verdict. */
export function ScanPanel({ client, scan, name, onEnded, onDeleted }: Props) {
  const { event, partial, verdict, failure } = useScan(client, scan);
  const panel = useRef<HTMLElement>(null);
  const ended = verdict !== null || failure !== null;
  useEffect(() => {
    // No value may go back: newer browsers return a promise, which would be taken for the clean-up.
    void panel.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  useEffect(() => {
    if (ended) onEnded();
  }, [ended, onEnded]);

  const soFar =
    partial && partial.probability !== null
      ? `So far: ${partial.faces} ${partial.faces === 1 ? 'face' : 'faces'}, ${chance(partial.probability)} probability of manipulation`
      : undefined;
  return (
    <section className="card" aria-label="Scan" ref={panel}>
      {/* There before and after: a region that comes with its words is not read out. */}
      <p className="unseen" role="status">
        {verdict && labelWords[verdict.verdict]}
      </p>
      {failure && <Notice failure={failure} />}
      {!ended && (
        <>
          {name && <h2 className="file-name">{name}</h2>}
          <ProgressBar
            label={event ? stageWords[event.stage] : 'Asking for the state of the scan'}
            fraction={(event?.percent ?? 0) / 100}
            note={soFar}
          />
          <CancelButton client={client} scan={scan} />
        </>
      )}
      {verdict && <VerdictView client={client} verdict={verdict} onDeleted={onDeleted} onDecided={onEnded} />}
    </section>
  );
}
