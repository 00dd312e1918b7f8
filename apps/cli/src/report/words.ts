import type { Stage, Verdict, VerdictLabel } from '@assay/contracts';
import { mostSuspiciousFirst, spanWords, wholePercent } from '@assay/wording';

/** How a label is shown everywhere: never by colour alone. */
export const labelWords: Record<VerdictLabel, { symbol: string; text: string }> = {
  likely_manipulated: { symbol: '✗', text: 'likely manipulated' },
  likely_authentic: { symbol: '✓', text: 'likely authentic' },
  inconclusive: { symbol: '?', text: 'inconclusive' },
  rejected: { symbol: '–', text: 'rejected' },
};

export const stageWords: Record<Stage, string> = {
  intake: 'waiting',
  probe: 'reading the file',
  plan: 'choosing frames',
  look: 'looking at faces',
  judge: 'weighing the evidence',
  publish: 'writing the verdict',
};

/** `1:02:03.4`, `2:03.4`: a moment in a video, to a tenth of a second. */
export function formatMoment(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const whole = Math.floor(tenths / 10);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const tail = `${String(whole % 60).padStart(2, '0')}.${tenths % 10}`;
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** `93 %`: two digits, the calibration does not carry more. In percent, as in the reasons and on the plot. */
export const formatProbability = (probability: number | null): string =>
  probability === null ? '–' : `${wholePercent(probability)} %`;

/** `93 % (86–97 %)` */
export function formatEstimate(probability: number | null, interval: [number, number] | null): string {
  if (probability === null) return '–';
  const range = interval ? ` (${wholePercent(interval[0])}–${formatProbability(interval[1])})` : '';
  return formatProbability(probability) + range;
}

/** One row per face, for the terminal and the HTML report alike; `faceHeadings` gives the order. */
export interface FaceRow {
  face: string;
  when: string;
  frames: string;
  estimate: string;
  size: string;
  note: string;
}

/** Columns in their order: what matters most stands first, as narrow screens cut the end. */
export const faceHeadings: FaceRow = {
  face: 'face',
  estimate: 'probability (90 % interval)',
  when: 'seen',
  frames: 'frames judged',
  size: 'size',
  note: 'note',
};

export function faceRows(verdict: Verdict): FaceRow[] {
  return mostSuspiciousFirst(verdict.tracks).map((track) => ({
    face: String(track.index + 1),
    when: verdict.kind === 'still' ? 'still' : spanWords(track, formatMoment),
    frames: `${track.framesScored} of ${track.framesSeen}`,
    estimate: formatEstimate(track.probability, track.interval),
    size: `${Math.round(track.quality.sizePx)} px`,
    note: track.abstention
      ? `not judged${track.probability === null ? '' : ' by itself'}: ${track.abstention.replaceAll('_', ' ')}`
      : '',
  }));
}
