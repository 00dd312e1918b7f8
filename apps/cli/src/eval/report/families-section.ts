import { html, type Markup } from '../../report/html';
import type { evaluate } from '../evaluate';
import type { FrameFigures } from '../evaluate-frames';
import { figureCell } from './figure-cell';

const headings = ['fakes', 'AUC', 'AUC within groups', 'fake called authentic', 'AUC of frames', 'frames'];

/** Each family's fakes against all real items, by clip and by frame. */
export function familiesSection(
  families: ReturnType<typeof evaluate>['families'],
  frames: FrameFigures['families'],
): Markup {
  return html`<section>
    <h2>Families against all real items</h2>
    <div class="wide">
      <table class="slices">
        <tr>
          <th></th>
          ${headings.map((heading) => html`<th>${heading}</th>`)}
        </tr>
        ${families.map(({ family, fakes, figures }) => {
          const byFrame = frames.find((each) => each.family === family);
          return html`<tr>
            <th>${family}</th>
            <td>${fakes}</td>
            <td>${figureCell(figures.auc)}</td>
            <td>${figureCell(figures.withinGroupAuc)}</td>
            <td>${figureCell(figures.missRate)}</td>
            <td>${byFrame ? figureCell(byFrame.figures.auc) : null}</td>
            <td>${byFrame?.frames ?? 0}</td>
          </tr>`;
        })}
      </table>
    </div>
  </section>`;
}
