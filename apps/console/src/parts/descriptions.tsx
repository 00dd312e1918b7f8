import type { VerdictTrack } from '@assay/contracts';
import { chance } from '@assay/wording';

interface Props {
  descriptions: VerdictTrack['descriptions'];
}

/** How well each description that the detectors know fits a face, the likeliest first. */
export function Descriptions({ descriptions }: Props) {
  if (descriptions.length === 0) return null;
  return (
    <details className="descriptions">
      <summary>What this face reads like</summary>
      <p className="hint">Each line is judged on its own, as if the face were altered; together they are no sum.</p>
      <ul>
        {descriptions.map(({ key, text, probability }) => (
          <li key={key}>
            <span>{text}</span>
            <meter min={0} max={1} value={probability} aria-label={text} />
            <span className="figure">{chance(probability)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
