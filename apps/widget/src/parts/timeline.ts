import type { Verdict } from '@assay/contracts';
import { clock, peakWords, chance } from '@assay/wording';
import { h, svg } from '../dom';

const width = 600;
const height = 96;

/**
 * Probability over time. One moment is chosen, by pointer or by the arrow keys, Home and End; `onSeek` is told of it, so that
 * a player beside it can go there.
 *
 * @returns null for stills and where nothing could be judged
 */
export function timeline(verdict: Verdict, onSeek: (seconds: number) => void): HTMLElement | null {
  const moments = verdict.timeline.filter((moment) => moment.probability !== null);
  const end = verdict.durationSeconds ?? 0;
  if (verdict.kind !== 'video' || moments.length < 2 || end <= 0) return null;
  const x = (seconds: number): number => (Math.min(end, seconds) / end) * width;
  const y = (probability: number): number => height - probability * height;
  let chosen = moments.reduce((most, { probability }, i) => (probability! > moments[most]!.probability! ? i : most), 0);

  const cursor = svg('line', { class: 'cursor', y1: '0', y2: String(height) });
  const dot = svg('circle', { class: 'dot', r: '5' });
  const said = h('output', { class: 'soft', part: 'moment' });
  const plot = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', band('manipulated', 1, verdict.thresholds.manipulated)),
    svg('rect', band('authentic', verdict.thresholds.authentic, 0)),
    ...verdict.cutsSeconds.map((at) =>
      svg('line', { class: 'cut', x1: String(x(at)), x2: String(x(at)), y1: '0', y2: String(height) }),
    ),
    ...runsOf(verdict.timeline).map((run) =>
      svg('polyline', { class: 'curve', points: run.map((m) => `${x(m.seconds)},${y(m.probability!)}`).join(' ') }),
    ),
    cursor,
    dot,
  );
  const slider = h(
    'div',
    {
      class: 'timeline',
      part: 'timeline',
      role: 'slider',
      tabindex: '0',
      'aria-label': `Probability of manipulation over time. ${peakWords(verdict)}`,
      'aria-valuemin': '0',
      'aria-valuemax': String(moments.length - 1),
    },
    plot,
  );

  const show = (index: number, tell: boolean): void => {
    chosen = Math.max(0, Math.min(moments.length - 1, index));
    const { seconds, probability } = moments[chosen]!;
    const words = `${clock(seconds)}: ${chance(probability!)}`;
    cursor.setAttribute('x1', String(x(seconds)));
    cursor.setAttribute('x2', String(x(seconds)));
    dot.setAttribute('cx', String(x(seconds)));
    dot.setAttribute('cy', String(y(probability!)));
    slider.setAttribute('aria-valuenow', String(chosen));
    slider.setAttribute('aria-valuetext', words);
    said.textContent = words;
    if (tell) onSeek(seconds);
  };
  const steps: Record<string, () => number> = {
    ArrowLeft: () => chosen - 1,
    ArrowDown: () => chosen - 1,
    ArrowRight: () => chosen + 1,
    ArrowUp: () => chosen + 1,
    Home: () => 0,
    End: () => moments.length - 1,
    Enter: () => chosen,
  };
  slider.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    show(step(), true);
  });
  slider.addEventListener('click', (event) => {
    const box = slider.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * end;
    const far = moments.map(({ seconds }) => Math.abs(seconds - at));
    show(far.indexOf(Math.min(...far)), true);
  });
  show(chosen, false);
  return h('section', { 'aria-label': 'Over time' }, slider, said);

  function band(name: string, from: number, to: number): Record<string, string> {
    return { class: `band ${name}`, x: '0', width: String(width), y: String(y(from)), height: String(y(to) - y(from)) };
  }
}

/** Stretches without a gap: where no face could be judged, the curve is interrupted. */
function runsOf(all: Verdict['timeline']): Verdict['timeline'][] {
  const runs: Verdict['timeline'][] = [[]];
  for (const moment of all) {
    if (moment.probability === null) runs.push([]);
    else runs.at(-1)!.push(moment);
  }
  return runs.filter((run) => run.length > 1);
}
