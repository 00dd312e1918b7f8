import type { ScanRecord } from '@assay/contracts';
import { dateTime, decisionSigns, decisionWords, labelSigns, labelWords, chance, stateWords } from '@assay/wording';
import type { RecentScans } from '../data/use-recent-scans';
import { stageWords } from '../format/stage-words';
import { ScanFilter } from './scan-filter';

interface Props {
  recent: RecentScans;
  chosen: string | null;
  onChoose: (scan: string) => void;
}

export function RecentList({ recent, chosen, onChoose }: Props) {
  const { scans, hasMore, isShort, isBare, isCurrent, choice, choose, refresh, more } = recent;
  if (isBare) return null;
  return (
    <section aria-labelledby="recent">
      <header className="row">
        <h2 id="recent">Recent scans</h2>
        <button type="button" className="quiet" onClick={refresh}>
          Refresh
        </button>
      </header>
      <ScanFilter choice={choice} onChoose={choose} />
      <p className="hint" aria-live="polite">
        {isCurrent &&
          scans.length === 0 &&
          (hasMore ? 'None of the latest scans fits. There are older ones.' : 'No scan fits.')}
      </p>
      <ul className="recent">
        {scans.map((scan) => (
          <li key={scan.id}>
            <button type="button" aria-current={scan.id === chosen} onClick={() => onChoose(scan.id)}>
              <span className="file-name">{scan.name ?? 'Unnamed file'}</span>
              <span className="hint">{dateTime(scan.createdAt)}</span>
              <span className="pills">
                <Label scan={scan} />
                <State scan={scan} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="quiet" onClick={more}>
          {isShort ? 'Look further back' : 'Show more'}
        </button>
      )}
    </section>
  );
}

/** What people decided, before what was measured. */
function Label({ scan: { label, labelSource } }: { scan: ScanRecord }) {
  if (!label) return null;
  return (
    <span className={`pill decided ${label}`}>
      <span aria-hidden="true">{decisionSigns[label]}</span> {decisionWords[label]}
      {labelSource === 'inherited' && ', inherited'}
    </span>
  );
}

function State({ scan }: { scan: ScanRecord }) {
  const { verdict, probability, state, stage, percent: done } = scan;
  if (verdict) {
    return (
      <span className={`pill ${verdict}`}>
        <span aria-hidden="true">{labelSigns[verdict]}</span> {labelWords[verdict]}
        {probability !== null && ` · ${chance(probability)}`}
      </span>
    );
  }
  if (state === 'failed' || state === 'cancelled') return <span className="pill">{stateWords[state]}</span>;
  return (
    <span className="pill">
      {stageWords[stage]} · {Math.floor(done)} %
    </span>
  );
}
