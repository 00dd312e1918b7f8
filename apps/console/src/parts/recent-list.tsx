import { DecisionLabel, type ScanRecord } from '@assay/contracts';
import { dateTime, decisionSigns, decisionWords, labelSigns, labelWords, chance } from '@assay/wording';
import type { RecentScans } from '../data/use-recent-scans';
import { stageWords } from '../format/stage-words';

interface Props {
  recent: RecentScans;
  chosen: string | null;
  onChoose: (scan: string) => void;
}

export function RecentList({ recent, chosen, onChoose }: Props) {
  const { scans, hasMore, label, choose, refresh, more } = recent;
  if (scans.length === 0 && label === null) return null;
  return (
    <section aria-labelledby="recent">
      <header className="row">
        <h2 id="recent">Recent scans</h2>
        <div className="row">
          <label className="filter">
            Show{' '}
            <select
              value={label ?? ''}
              onChange={({ target }) => choose(DecisionLabel.options.find((option) => option === target.value) ?? null)}
            >
              <option value="">all</option>
              {DecisionLabel.options.map((option) => (
                <option key={option} value={option}>
                  {decisionWords[option].toLowerCase()}
                </option>
              ))}
            </select>
          </label>
          <button type="button" className="quiet" onClick={refresh}>
            Refresh
          </button>
        </div>
      </header>
      {scans.length === 0 && <p className="hint">No scan bears this label.</p>}
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
          Show more
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
  if (state === 'failed' || state === 'cancelled') return <span className="pill">{state}</span>;
  return (
    <span className="pill">
      {stageWords[stage]} · {Math.floor(done)} %
    </span>
  );
}
