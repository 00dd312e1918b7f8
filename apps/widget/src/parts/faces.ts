import type { Verdict, VerdictTrack } from '@assay/contracts';
import { abstentionWords, clock, frameNote, frameWords, chance } from '@assay/wording';
import { h } from '../dom';
import type { EvidenceSource } from '../evidence';

/** Every face: how it was judged, the frames that weigh most, the suspected area on request. */
export function faces(verdict: Verdict, evidence: EvidenceSource, signal: AbortSignal): HTMLElement | null {
  if (verdict.tracks.length === 0) return null;
  const still = verdict.kind === 'still';
  return h(
    'section',
    { 'aria-label': 'Faces', part: 'faces' },
    ...verdict.tracks.map((track) => face(track, still, evidence, signal)),
  );
}

function face(track: VerdictTrack, still: boolean, evidence: EvidenceSource, signal: AbortSignal): HTMLElement {
  const { index, probability, interval, abstention, startSeconds, endSeconds, framesScored, framesSeen } = track;
  const judged =
    probability !== null
      ? `${chance(probability)}${interval ? ` (${chance(interval[0])} – ${chance(interval[1])})` : ''}`
      : (abstentionWords[abstention ?? ''] ?? 'not judged');
  const when = still ? '' : `${clock(startSeconds)} – ${clock(endSeconds)} · `;
  const pictures = track.evidence.map((shown) => picture(shown, index, still));
  const draw = (marked: boolean): void => {
    for (const { image, crop, overlay } of pictures) {
      evidence((marked && overlay) || crop, signal).then(
        (url) => (url === null ? image.removeAttribute('src') : image.setAttribute('src', url)),
        () => undefined,
      );
    }
  };
  draw(false);
  return h(
    'section',
    { class: 'face', part: 'face', 'aria-label': `Face ${index + 1}` },
    h('p', { class: 'face-name' }, `Face ${index + 1}: ${judged}`),
    h(
      'p',
      { class: 'soft' },
      `${when}${framesScored} of ${framesSeen} ${framesSeen === 1 ? 'frame' : 'frames'} judged`,
    ),
    track.evidence.some(({ overlay }) => overlay !== null) && marker(draw),
    h('ul', { class: 'strip' }, ...pictures.map(({ figure }) => h('li', {}, figure))),
  );
}

function marker(draw: (marked: boolean) => void): HTMLElement {
  const button = h('button', { type: 'button', part: 'button', 'aria-pressed': 'false' }, 'Show suspected area');
  button.addEventListener('click', () => {
    const marked = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(marked));
    button.textContent = marked ? 'Hide suspected area' : 'Show suspected area';
    draw(marked);
  });
  return button;
}

function picture(
  { seconds, probability, crop, overlay }: VerdictTrack['evidence'][number],
  index: number,
  still: boolean,
) {
  const moment = still ? '' : ` at ${clock(seconds)}`;
  const image = h('img', {
    alt: `Face ${index + 1}${moment}, ${frameWords(probability)}`,
    loading: 'lazy',
  });
  const caption = h(
    'figcaption',
    { 'aria-hidden': 'true' },
    `${still ? '' : `${clock(seconds)} · `}${frameNote(probability)}`,
  );
  return { image, crop, overlay, figure: h('figure', {}, image, caption) };
}
