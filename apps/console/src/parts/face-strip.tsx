import type { AssayClient } from '@assay/client';
import type { VerdictTrack } from '@assay/contracts';
import { clock, faceWords, frameNote, frameWords, spanWords } from '@assay/wording';
import { useState } from 'react';
import { useEvidence } from '../data/use-evidence';
import { Descriptions } from './descriptions';

interface Props {
  client: AssayClient;
  scan: string;
  track: VerdictTrack;
  still: boolean;
}

export const faceId = (track: number): string => `face-${track}`;

/** One face: how it was judged, and the frames that weigh most, with the suspected area on request. */
export function FaceStrip({ client, scan, track, still }: Props) {
  const [marked, setMarked] = useState(false);
  const { index, framesSeen, framesScored, evidence } = track;
  const hasOverlays = evidence.some(({ overlay }) => overlay !== null);
  const when = still ? '' : `${spanWords(track, clock)} · `;
  return (
    <section className="face" id={faceId(index)} tabIndex={-1} aria-label={`Face ${index + 1}`}>
      <header className="row">
        <div>
          <h4>
            Face {index + 1}: {faceWords(track)}
          </h4>
          <p className="hint">
            {when}
            {framesScored} of {framesSeen} {framesSeen === 1 ? 'frame' : 'frames'} judged
          </p>
        </div>
        {hasOverlays && (
          <button type="button" className="quiet" aria-pressed={marked} onClick={() => setMarked(!marked)}>
            {marked ? 'Hide suspected area' : 'Show suspected area'}
          </button>
        )}
      </header>
      {evidence.length > 0 && (
        <ul className="strip">
          {evidence.map(({ seconds, probability: at, crop, overlay }) => (
            <li key={crop}>
              <Crop
                client={client}
                scan={scan}
                name={(marked && overlay) || crop}
                words={`Face ${index + 1}${still ? '' : ` at ${clock(seconds)}`}, ${frameWords(at)}${marked ? ', suspected area marked' : ''}`}
              />
              <span className="chip">
                {still ? '' : `${clock(seconds)} · `}
                {frameNote(at)}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Descriptions descriptions={track.descriptions} />
    </section>
  );
}

interface CropProps {
  client: AssayClient;
  scan: string;
  name: string;
  words: string;
}

function Crop({ client, scan, name, words }: CropProps) {
  const { url, gone } = useEvidence(client, scan, name);
  if (url) return <img src={url} alt={words} />;
  return <span className="crop-wait">{gone ? 'not available' : ''}</span>;
}
