import { html, type Markup } from '../../report/html';
import type { evaluate } from '../evaluate';
import type { FrameFigures } from '../evaluate-frames';
import { figureCell } from './figure-cell';
import { figuresTable } from './figures-table';

const headings = ['fakes', 'AUC', 'AUC within groups', 'fake called authentic', 'AUC of frames', 'frames'];

/** Each family's fakes against all real items, by clip and by frame. */
export function familiesSection(
  families: ReturnType<typeof evaluate>['families'],
  frames: FrameFigures['families'],
): Markup {
  return html`<section>
    <h2>Families against all real items</h2>
    ${figuresTable(
      '',
      headings,
      families.map(({ family, fakes, figures }) => {
        const byFrame = frames.find((each) => each.family === family);
        return {
          name: family,
          cells: [
            fakes,
            figureCell(figures.auc),
            figureCell(figures.withinGroupAuc),
            figureCell(figures.missRate),
            byFrame ? figureCell(byFrame.figures.auc) : null,
            byFrame?.frames ?? 0,
          ],
        };
      }),
    )}
  </section>`;
}
