import { Judgement } from '../judgement';
import { sceneProbe } from '../testing/tiny-scene';
import { renderTimelineSvg } from './timeline-svg';

/** Holds: a plot for what can be plotted, none for the rest; nothing in it runs or loads anything; words for who cannot see it. */
describe('renderTimelineSvg', () => {
  const judgement: Judgement = {
    ...{ verdict: 'inconclusive', probability: 0.62, interval: [0.4, 0.8], reasons: [], tracks: [] },
    timeline: Array.from({ length: 20 }, (_, seconds) => ({
      seconds,
      probability: seconds === 7 ? null : 0.5 + 0.4 * Math.sin(seconds / 3),
      faces: 1,
    })),
    cutsSeconds: [12.5],
    framesSeconds: [],
  };

  it('draws points, cuts, thresholds, units, and tells it in words', () => {
    const svg = renderTimelineSvg(judgement, sceneProbe, { manipulated: 0.7, authentic: 0.3 })!;
    expect(svg.match(/class="dot"/g)).toHaveLength(19);
    expect(svg.match(/class="cut"/g)).toHaveLength(1);
    expect(svg.match(/class="threshold"/g)).toHaveLength(2);
    // Broken at the moment without a face and at the cut.
    expect(svg.match(/class="curve" d="([^"]*)"/)![1]!.match(/M/g)).toHaveLength(3);
    expect(svg).toMatch(/<title id="t">Probability of manipulation over time/);
    expect(svg).toMatch(
      /<desc id="d">A face was judged at 19 of 20 moments looked at in .* 62 %, 90 % interval 40 % to 80 %/,
    );
    expect(svg).toMatch(/minutes : seconds/);
  });

  it('runs nothing, loads nothing and has no number that is none', () => {
    const svg = renderTimelineSvg(judgement, sceneProbe)!;
    expect(svg).not.toMatch(/<script|\son\w+=|href|url\(|@import|<image|NaN|Infinity|undefined/i);
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
  });

  it('gives nothing for stills and for videos without a judged face', () => {
    expect(renderTimelineSvg(judgement, { ...sceneProbe, kind: 'still' })).toBeNull();
    const empty = judgement.timeline.map((point) => ({ ...point, probability: null }));
    expect(renderTimelineSvg({ ...judgement, timeline: empty }, sceneProbe)).toBeNull();
  });
});
