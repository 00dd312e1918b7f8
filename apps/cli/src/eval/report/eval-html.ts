import type { Figure } from '@assay/evaluation';
import { factsTable } from '../../report/facts-table';
import { html, Markup, htmlPage } from '../../report/html';
import { reportStyle } from '../../report/report-style';
import type { Comparison } from '../compare-runs';
import type { evaluate } from '../evaluate';
import type { Attacks } from '../evaluate-attacks';
import type { FrameFigures } from '../evaluate-frames';
import type { Grid } from '../evaluate-grid';
import type { Uploads } from '../evaluate-uploads';
import type { NoFace } from '../evaluate-no-face';
import type { Slices } from '../slices';
import { coverageChart, familyChart, reliabilityChart, rocChart } from './charts';
import { attacksSection } from './attacks-section';
import { comparisonSection } from './comparison-section';
import { slicesSection } from './slices-section';
import { gridSection } from './grid-section';
import { uploadsSection } from './uploads-section';
import { noFaceSection } from './no-face-section';
import { formatFigure } from './format-figure';
import { familiesSection } from './families-section';
import { framesSection } from './frames-section';

const style = `${reportStyle}
:root { --accent: #0550ae; } @media (prefers-color-scheme: dark) { :root { --accent: #79c0ff; } }
body { max-width: 74rem; }
.facts th, code { overflow-wrap: anywhere; } .facts { table-layout: fixed; }
@media (min-width: 40.01rem) { .facts th { width: 22rem; } }
.slices td { min-width: 6.5rem; } .slices tr:first-child th { vertical-align: bottom; }
.slices td b, .grid td b { font-weight: 600; } .slices .interval, .grid .interval { color: var(--soft); white-space: nowrap; }
section.frames { margin-top: 1rem; } .grid td { min-width: 8.5rem; padding-left: .5rem; border: 1px solid var(--line); }
.charts { display: grid; margin-top: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
.charts svg { display: block; width: 100%; height: auto; } td { font-variant-numeric: tabular-nums; }
`;

export interface EvalReport {
  title: string;
  summary: string;
  /** What a person should know of the items, a sentence each. */
  notes: readonly string[];
  result: ReturnType<typeof evaluate>;
  frames: FrameFigures;
  /** Null: there is no earlier run to compare with. */
  comparison: Comparison | null;
  slices: readonly Slices[];
  /** Null: nothing was perturbed. */
  grid: Grid | null;
  /** Null: nothing was attacked. */
  attacks: Attacks | null;
  /** Null: nothing was uploaded. */
  uploads: Uploads | null;
  /** Null: every item has a face. */
  noFace: NoFace | null;
  /** Words for the figures, in their order; none where nothing is real or fake. */
  figures: readonly { label: string; figure: Figure }[];
  mistakes: readonly { item: string; family: string; truth: string; said: string; pictures: readonly string[] }[];
  method: readonly [string, string][];
}

/** An evaluation as one HTML file for people: no script, nothing fetched, the charts inside as SVG. */
export function evalHtml(report: EvalReport): string {
  const { title, summary, notes, figures, comparison, slices, grid, attacks, uploads, noFace, mistakes, method } =
    report;
  return htmlPage({
    title: `Evaluation: ${title}`,
    style,
    body: html`<h1>Evaluation of ${title}</h1>
      <p class="soft">${summary}</p>
      ${notes.map((note) => html`<p>${note}</p>`)} ${figures.length > 0 ? figuresSections(report) : null}
      ${comparison && comparisonSection(comparison)} ${slices.map(slicesSection)} ${grid && gridSection(grid)}
      ${attacks && attacksSection(attacks)} ${uploads && uploadsSection(uploads)} ${noFace && noFaceSection(noFace)}
      ${mistakes.length > 0 ? mistakesSections(mistakes) : null} ${factsTable('Method', method)}`,
  });
}

/** What there is to say wherever items are real or fake. */
function figuresSections({ figures, result, frames }: EvalReport): Markup {
  const families = result.families.map(({ family, fakes, figures: { auc } }) => ({
    name: `${family} (${fakes})`,
    figure: auc,
  }));
  const chart = (name: string, picture: string): Markup =>
    html`<figure>
      <div>${new Markup(picture)}</div>
      <figcaption>${name}</figcaption>
    </figure>`;
  return html`${factsTable(
      'Figures',
      figures.map(({ label, figure }) => [label, formatFigure(figure)]),
    )}
    <section class="charts">
      ${[
        chart('ROC: the dashed line is chance', rocChart(result.roc)),
        chart(
          'Reliability: on the dashed line, probabilities mean what they say; numbers are items',
          reliabilityChart(result.reliability),
        ),
        chart('Coverage against risk', coverageChart(result.coverageRisk)),
        ...(families.length ? [chart('Families, with 95 % intervals', familyChart(families))] : []),
      ]}
    </section>
    ${frames.frames > 0 ? framesSection(frames) : null}
    ${families.length > 0 ? familiesSection(result.families, frames.families) : null}`;
}

function mistakesSections(mistakes: EvalReport['mistakes']): Markup {
  return html`${factsTable(
    'Worst mistakes',
    mistakes.map(({ item, family, truth, said }) => [item, `${truth} (${family}), said: ${said}`]),
  )}
  ${mistakesPictures(mistakes)}`;
}

/** The face that weighed most in each mistake, and beside it where the forgery was suspected. */
function mistakesPictures(mistakes: EvalReport['mistakes']): Markup {
  const figures = mistakes
    .filter(({ pictures }) => pictures.length > 0)
    .map(
      ({ item, truth, said, pictures }) =>
        html`<figure>
          <div>${pictures.map((picture) => html`<img src="${picture}" alt="Face in ${item}" />`)}</div>
          <figcaption>${item}: ${truth}, said: ${said}</figcaption>
        </figure>`,
    );
  return html`<section class="frames">${figures}</section>`;
}
