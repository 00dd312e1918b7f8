import type { AssayClient } from '@assay/client';
import type { Verdict } from '@assay/contracts';
import { peakWords } from '@assay/wording';
import { useEvidence } from '../data/use-evidence';

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
        <img className="timeline" src={url} alt={`Probability of manipulation over time. ${peakWords(verdict)}`} />
      </div>
    </>
  );
}
