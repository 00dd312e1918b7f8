import type { AssayClient } from '@assay/client';
import type { Verdict } from '@assay/contracts';
import { facesAtOnce, intervalWords, moreFaces, mostSuspiciousFirst } from '@assay/wording';
import { flushSync } from 'react-dom';
import { faceId, FaceStrip } from './face-strip';

interface Props {
  client: AssayClient;
  verdict: Verdict;
  /** All of them, not only the most suspicious. */
  all: boolean;
  onAll: () => void;
}

/** The faces of a verdict, the most suspicious first; of many the rest on request. */
export function FaceList({ client, verdict, all, onAll }: Props) {
  const still = verdict.kind === 'still';
  const ordered = mostSuspiciousFirst(verdict.tracks);
  const rest = all ? 0 : Math.max(ordered.length - facesAtOnce, 0);
  const showRest = (): void => {
    flushSync(onAll);
    // Whoever came here with the keyboard goes on from the first of them.
    document.getElementById(faceId(ordered[facesAtOnce]!.index))?.focus();
  };
  return (
    <>
      <p className="hint">
        {still
          ? `Beside each name: the probability of manipulation with its 90 % interval: ${intervalWords(verdict)}. A picture’s own score is taken with caution: one frame is little to go by.`
          : `Beside each name: the probability of manipulation, from all frames judged, with the 90 % interval: ${intervalWords(verdict)}. On each picture: the score of that frame alone.`}
      </p>
      {ordered.slice(0, ordered.length - rest).map((track) => (
        <FaceStrip key={track.index} client={client} scan={verdict.scan} track={track} still={still} />
      ))}
      {rest > 0 && (
        <button type="button" className="quiet" onClick={showRest}>
          {moreFaces(rest)}
        </button>
      )}
    </>
  );
}
