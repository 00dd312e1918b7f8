import { Probe } from '@assay/contracts';
import { Judgement } from '../judgement';
import { clock, plural } from './time-text';
import { plotStyle } from './timeline-style';
import { percent } from './track-reasons';

/** Size of the drawing in its own units; it scales to whatever holds it. */
const width = 960;
const height = 300;
const plot = { left: 64, right: 804, top: 44, bottom: 244 } as const;

/** About this many marks along the time axis. */
const timeMarks = 8;
/** Distances between marks that people read easily, seconds. */
const niceSteps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Thresholds to draw; the policy's are not part of a judgement. */
export interface TimelineThresholds {
  manipulated: number;
  authentic: number;
}

/**
 * Draws the probability of manipulation over time: one point for each looked-at moment at which a face was judged, the video's
 * probability with its 90 % interval, thresholds where given, shot cuts. Static SVG without scripts or external references,
 * readable on light and dark grounds, with a title and a description in words.
 *
 * @returns null where there is nothing to plot: stills, and videos in which no face could be judged
 */
export function renderTimelineSvg(judgement: Judgement, probe: Probe, thresholds?: TimelineThresholds): string | null {
  const points = judgement.timeline.filter(({ probability }) => probability !== null);
  if (probe.kind === 'still' || points.length < 2) return null;
  const seconds = Math.max(probe.durationSeconds, judgement.timeline.at(-1)!.seconds, 0.1);
  const x = (at: number) => n(plot.left + (at / seconds) * (plot.right - plot.left));
  const y = (probability: number) => n(plot.bottom - probability * (plot.bottom - plot.top));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">Probability of manipulation over time</title>`,
    `<desc id="d">${describe(judgement, seconds)}</desc>`,
    `<style>${plotStyle}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<text class="head" x="${plot.left}" y="26">Probability of manipulation, highest face at each moment</text>`,
    ...probabilityAxis(y),
    ...timeAxis(seconds, x),
    ...thresholdLines(thresholds, y),
    ...cuts(judgement.cutsSeconds, x),
    ...videoBand(judgement, y),
    ...curve(judgement, x, y),
    `</svg>`,
  ];
  return `${parts.join('\n')}\n`;
}

type Scale = (value: number) => string;

/** Coordinates to a tenth: enough for the eye, and the same text on every machine. */
const n = (value: number) => String(Math.round(value * 10) / 10);

function describe({ timeline, cutsSeconds, probability, interval }: Judgement, seconds: number): string {
  const judged = timeline.flatMap((point) => (point.probability === null ? [] : [{ ...point, p: point.probability }]));
  const highest = judged.reduce((most, point) => (point.p > most.p ? point : most));
  const whole =
    probability === null || interval === null
      ? ''
      : ` The video as a whole: ${percent(probability)}, 90 % interval ${percent(interval[0])} to ${percent(interval[1])}.`;
  return (
    `A face was judged at ${judged.length} of ${plural(timeline.length, 'moment')} looked at in ${clock(seconds, true)}; highest ${percent(highest.p)} at ` +
    `${clock(highest.seconds, true)}; ${cutsSeconds.length} shot cuts.${whole}`
  );
}

const mark = (share: number) => `${Math.round(share * 100)} %`;

function probabilityAxis(y: Scale): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}"/>`,
    `<text class="label" text-anchor="end" x="${plot.left - 8}" y="${n(Number(y(value)) + 4)}">${mark(value)}</text>`,
  ]);
}

function timeAxis(seconds: number, x: Scale): string[] {
  const step = niceSteps.find((candidate) => seconds / candidate <= timeMarks) ?? 7200;
  const marks = Array.from({ length: Math.floor(seconds / step + 1e-6) + 1 }, (_, i) => i * step);
  return [
    ...marks.flatMap((at) => [
      `<line class="tick" x1="${x(at)}" x2="${x(at)}" y1="${plot.bottom}" y2="${plot.bottom + 5}"/>`,
      `<text class="label" text-anchor="middle" x="${x(at)}" y="${plot.bottom + 20}">${clock(at, step < 1)}</text>`,
    ]),
    `<text class="label" text-anchor="middle" x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 42}">time in the video, minutes : seconds</text>`,
  ];
}

/** Their names stand beside the plot, where no curve runs. */
function thresholdLines(thresholds: TimelineThresholds | undefined, y: Scale): string[] {
  if (!thresholds) return [];
  const line = (value: number, words: string, side: string) => [
    `<line class="threshold" x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}"/>`,
    `<text class="note" x="${plot.right + 8}" y="${n(Number(y(value)) + 4)}">${words}, ${side} ${mark(value)}</text>`,
  ];
  return [...line(thresholds.manipulated, 'manipulated', 'from'), ...line(thresholds.authentic, 'authentic', 'up to')];
}

function cuts(cutsSeconds: number[], x: Scale): string[] {
  return cutsSeconds.map(
    (at) =>
      `<line class="cut" x1="${x(at)}" x2="${x(at)}" y1="${plot.top}" y2="${plot.bottom}"><title>shot cut at ${clock(at, true)}</title></line>`,
  );
}

/** The video's probability with its interval, a band over the whole width. */
function videoBand({ probability, interval }: Judgement, y: Scale): string[] {
  if (probability === null || interval === null) return [];
  const [low, high] = interval;
  const tall = n(Number(y(low)) - Number(y(high)));
  const span = plot.right - plot.left;
  return [
    `<rect class="band" x="${plot.left}" y="${y(high)}" width="${span}" height="${tall}"/>`,
    `<line class="whole" x1="${plot.left}" x2="${plot.right}" y1="${y(probability)}" y2="${y(probability)}"/>`,
    `<text class="note" text-anchor="end" x="${width - 16}" y="26">line: whole video ${percent(probability)}; band: its 90 % interval</text>`,
  ];
}

/** Points joined within a shot; a moment without a judged face, or a cut, breaks the line. */
function curve({ timeline, cutsSeconds }: Judgement, x: Scale, y: Scale): string[] {
  let path = '';
  let last: number | null = null;
  const dots: string[] = [];
  for (const { seconds, probability } of timeline) {
    if (probability === null) {
      last = null;
      continue;
    }
    const before: number | null = last;
    const joined = before !== null && !cutsSeconds.some((cut) => cut > before && cut <= seconds);
    path += `${joined ? 'L' : 'M'}${x(seconds)} ${y(probability)}`;
    dots.push(
      `<circle class="dot" cx="${x(seconds)}" cy="${y(probability)}" r="3.5"><title>${clock(seconds, true)}: ${percent(probability)}</title></circle>`,
    );
    last = seconds;
  }
  return [`<path class="curve" d="${path}"/>`, ...dots];
}
