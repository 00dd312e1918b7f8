import type { AssayClient } from '@assay/client';
import type { Verdict } from '@assay/contracts';
import { clock, dateTime, labelSigns, labelWords } from '@assay/wording';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { DecisionPanel } from './decision-panel';
import { FaceList } from './face-list';
import { faceId } from './face-strip';
import { Gauge } from './gauge';
import { KnownMedia } from './known-media';
import { MethodDetails } from './method-details';
import { TimelinePlot } from './timeline-plot';
import { VerdictActions } from './verdict-actions';

interface Props {
  client: AssayClient;
  verdict: Verdict;
  onDeleted: () => void;
  /** Somebody decided on it. */
  onDecided: () => void;
}

/** The verdict, from the answer to the details: what, how sure, why, where to look, how it was made. */
export function VerdictView({ client, verdict, onDeleted, onDecided }: Props) {
  const { verdict: label, file, kind, durationSeconds, width, height, createdAt, rejection } = verdict;
  const [allFaces, setAllFaces] = useState(false);
  const jumpToFace = (event: { preventDefault(): void }, track: number): void => {
    // The face may be among those that are not shown yet.
    flushSync(() => setAllFaces(true));
    jumpTo(event, faceId(track));
  };
  const facts = [
    kind === 'still' ? 'Picture' : kind === 'video' ? 'Video' : null,
    durationSeconds ? clock(durationSeconds) : null,
    width && height ? `${width} × ${height}` : null,
    dateTime(createdAt),
  ].filter((fact) => fact !== null);
  return (
    <article className={`verdict ${label}`}>
      <header>
        <h2 className="file-name">{file ?? 'Unnamed file'}</h2>
        <p className="hint">{facts.join(' · ')}</p>
      </header>
      <p className="label" data-verdict={label}>
        <span className="sign" aria-hidden="true">
          {labelSigns[label]}
        </span>
        {labelWords[label]}
      </p>
      <Gauge {...verdict} />
      <KnownMedia knownMedia={verdict.knownMedia} />
      {rejection && <p className="reason-lead">{rejection.message}</p>}
      {!rejection && (
        <>
          <h3>Why</h3>
          <ul className="reasons">
            {verdict.reasons.map(({ code, text, track }, index) => (
              <li key={index} data-code={code}>
                {text}
                {track !== null && verdict.tracks.length > 1 && isFirstOf(track, index, verdict) && (
                  <>
                    {' '}
                    <a href={`#${faceId(track)}`} onClick={(event) => jumpToFace(event, track)}>
                      Show face {track + 1}
                    </a>
                  </>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {verdict.timelinePlot && (
        <TimelinePlot client={client} scan={verdict.scan} name={verdict.timelinePlot} verdict={verdict} />
      )}
      {verdict.tracks.length > 0 && (
        <>
          <h3>{verdict.tracks.length === 1 ? 'The face' : `${verdict.tracks.length} faces`}</h3>
          <FaceList client={client} verdict={verdict} all={allFaces} onAll={() => setAllFaces(true)} />
        </>
      )}
      {verdict.media !== null && <DecisionPanel client={client} media={verdict.media} onChanged={onDecided} />}
      <MethodDetails verdict={verdict} />
      <VerdictActions client={client} verdict={verdict} onDeleted={onDeleted} />
    </article>
  );
}

/** The fragment of the address names the scan on show, so a jump inside the page must not replace it. */
function jumpTo(event: { preventDefault(): void }, id: string): void {
  event.preventDefault();
  const target = document.getElementById(id);
  target?.scrollIntoView({ block: 'start' });
  target?.focus({ preventScroll: true });
}

/** One link a face, at the first reason that speaks of it. */
const isFirstOf = (track: number, index: number, { reasons }: Pick<Verdict, 'reasons'>): boolean =>
  reasons.findIndex((reason) => reason.track === track) === index;
