import { html, type Markup } from '../../report/html';

export interface FiguresRow {
  name: string;
  /** One for each heading; null stays empty. */
  cells: readonly (Markup | string | number | null)[];
}

/** A table of figures as every section has it: what a row is about, then a column for each heading. */
export function figuresTable(corner: string, headings: readonly string[], rows: readonly FiguresRow[]): Markup {
  return html`<div class="wide">
    <table class="slices">
      <tr>
        <th>${corner}</th>
        ${headings.map((heading) => html`<th>${heading}</th>`)}
      </tr>
      ${rows.map(
        ({ name, cells }) =>
          html`<tr>
            <th>${name}</th>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </table>
  </div>`;
}

/** How many items a section is about, where stills are left out of it. */
export const videosWords = ({ items, stills }: { items: number; stills: number }): string =>
  `${items} items${stills ? `, stills left out: ${stills}` : ''}`;
