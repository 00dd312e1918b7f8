import { factsTable } from '../../report/facts-table';
import { html, type Markup } from '../../report/html';
import { formatProbability, labelWords } from '../../report/words';
import type { NoFace } from '../evaluate-no-face';
import { formatFigure } from './format-figure';

/** Names told in the report: enough to see a pattern. */
const shown = 12;

export const noFaceRows = ({ figures }: NoFace): [string, string][] => [
  ['a face found', formatFigure(figures.foundRate)],
  ['a probability given', formatFigure(figures.judgedRate)],
  ['called manipulated', formatFigure(figures.flaggedRate)],
];

export const noFaceSummary = ({ items, found }: NoFace): string =>
  `${items} items without a face: in ${found.length} one was found.`;

/** Faces found where there are none. */
export function noFaceSection(noFace: NoFace): Markup {
  const { found } = noFace;
  const more = found.length > shown ? html`<p class="soft">and ${found.length - shown} more, in eval.json</p>` : null;
  return html`${factsTable('Where there is no face', [
      ...noFaceRows(noFace),
      ...found.slice(0, shown).map(({ id, faces, verdict, probability }): [string, string] => {
        const count = faces === 0 ? 'only faces too small' : faces === 1 ? '1 face' : `${faces} faces`;
        return [id, `${count}; said: ${formatProbability(probability)}, ${labelWords[verdict].text}`];
      }),
    ])}
    ${more}
    <p class="soft">${noFaceSummary(noFace)} Shares are of all of them.</p>`;
}
