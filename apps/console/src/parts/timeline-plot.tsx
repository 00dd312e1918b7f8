import type { AssayClient } from '@assay/client';
import type { Verdict } from '@assay/contracts';
import { useEvidence } from '../data/use-evidence';
import { clock, percent } from '../format/numbers';

interface Props {
  client: AssayClient;
  scan: string;
  name: string;
  verdict: Verdict;
}

export function TimelinePlot({ client, scan, name, verdict }: Props) {
  const { url } = useEvidence(client, scan, name);
  if (!url) return null;
  return (
    <>
      <h3>Over time</h3>
      <div className="timeline-frame" tabIndex={0} role="region" aria-label="Plot over time">
        <img className="timeline" src={url} alt={`Probability of manipulation over time. ${peakOf(verdict)}`} />
      </div>
    </>
  );
}

/** The plot in a sentence, for those who do not see it. */
function peakOf({ timeline }: Verdict): string {
  const judged = timeline.flatMap(({ seconds, probability }) =>
    probability === null ? [] : [{ seconds, probability }],
  );
  const peak = judged.reduce<(typeof judged)[number] | null>(
    (most, point) => (most && most.probability >= point.probability ? most : point),
    null,
  );
  return peak ? `Highest ${percent(peak.probability)} at ${clock(peak.seconds)}.` : 'No moment could be judged.';
}
