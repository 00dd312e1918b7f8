import type { ScanRecord } from '@assay/contracts';
import { dateTime, labelSigns, labelWords, percent } from '@assay/wording';
import type { RecentScans } from '../data/use-recent-scans';
import { stageWords } from '../format/stage-words';

interface Props {
  recent: RecentScans;
  chosen: string | null;
  onChoose: (scan: string) => void;
}

export function RecentList({ recent, chosen, onChoose }: Props) {
  const { scans, hasMore, refresh, more } = recent;
  if (scans.length === 0) return null;
  return (
    <section aria-labelledby="recent">
      <header className="row">
        <h2 id="recent">Recent scans</h2>
        <button type="button" className="quiet" onClick={refresh}>
          Refresh
        </button>
      </header>
      <ul className="recent">
        {scans.map((scan) => (
          <li key={scan.id}>
            <button type="button" aria-current={scan.id === chosen} onClick={() => onChoose(scan.id)}>
              <span className="file-name">{scan.name ?? 'Unnamed file'}</span>
              <span className="hint">{dateTime(scan.createdAt)}</span>
              <State scan={scan} />
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="quiet" onClick={more}>
          Show more
        </button>
      )}
    </section>
  );
}

function State({ scan }: { scan: ScanRecord }) {
  const { verdict, probability, state, stage, percent: done } = scan;
  if (verdict) {
    return (
      <span className={`pill ${verdict}`}>
        <span aria-hidden="true">{labelSigns[verdict]}</span> {labelWords[verdict]}
        {probability !== null && ` · ${percent(probability)}`}
      </span>
    );
  }
  if (state === 'failed' || state === 'cancelled') return <span className="pill">{state}</span>;
  return (
    <span className="pill">
      {stageWords[stage]} · {Math.floor(done)} %
    </span>
  );
}
