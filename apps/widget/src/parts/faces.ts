import type { Verdict, VerdictTrack } from '@assay/contracts';
import {
  clock,
  facesAtOnce,
  faceWords,
  frameNote,
  frameWords,
  moreFaces,
  mostSuspiciousFirst,
  spanWords,
} from '@assay/wording';
import { h } from '../dom';
import type { EvidenceSource } from '../evidence';

/** Every face: how it was judged, the frames that weigh most, the suspected area on request; the most suspicious first. */
export function faces(verdict: Verdict, evidence: EvidenceSource, signal: AbortSignal): HTMLElement | null {
  if (verdict.tracks.length === 0) return null;
  const still = verdict.kind === 'still';
  const ordered = mostSuspiciousFirst(verdict.tracks);
  const shown = (tracks: VerdictTrack[]) => tracks.map((track) => face(track, still, evidence, signal));
  return h(
    'section',
    { 'aria-label': 'Faces', part: 'faces' },
    ...shown(ordered.slice(0, facesAtOnce)),
    ordered.length > facesAtOnce && more(ordered.length - facesAtOnce, () => shown(ordered.slice(facesAtOnce))),
  );
}

function more(count: number, shown: () => HTMLElement[]): HTMLElement {
  const button = h('button', { type: 'button', part: 'button' }, moreFaces(count));
  button.addEventListener('click', () => {
    const faces = shown();
    button.replaceWith(...faces);
    // Whoever came here with the keyboard goes on from the first of them.
    faces[0]!.tabIndex = -1;
    faces[0]!.focus();
  });
  return button;
}

function face(track: VerdictTrack, still: boolean, evidence: EvidenceSource, signal: AbortSignal): HTMLElement {
  const { index, framesScored, framesSeen } = track;
  const when = still ? '' : `${spanWords(track, clock)} · `;
  const pictures = track.evidence.map((shown) => picture(shown, index, still));
  let drawing = 0;
  const draw = (marked: boolean): void => {
    const now = (drawing += 1);
    for (const { image, crop, overlay } of pictures) {
      const name = (marked && overlay) || crop;
      const show = (url: string | null): void => {
        // One that comes late must not take the place of what was asked for since.
        if (now !== drawing) return;
        if (url === null) image.removeAttribute('src');
        else image.setAttribute('src', url);
      };
      evidence.find(name, signal).then(show, () => undefined);
      // Loaded when it comes into view, maybe long after its address was found: one that is over by then is replaced, once.
      image.onerror = () => {
        image.onerror = null;
        const failed = image.getAttribute('src') ?? '';
        evidence.again(name, failed).then(
          (url) => url && show(url),
          () => undefined,
        );
      };
    }
  };
  draw(false);
  return h(
    'section',
    { class: 'face', part: 'face', 'aria-label': `Face ${index + 1}` },
    h('p', { class: 'face-name' }, `Face ${index + 1}: ${faceWords(track)}`),
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
    // Where a verdict is looked at is nobody's business.
    referrerpolicy: 'no-referrer',
  }) as HTMLImageElement;
  const caption = h(
    'figcaption',
    { 'aria-hidden': 'true' },
    `${still ? '' : `${clock(seconds)} · `}${frameNote(probability)}`,
  );
  return { image, crop, overlay, figure: h('figure', {}, image, caption) };
}
