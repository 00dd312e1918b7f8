import { html, Markup } from './html';

/** A section with a title and rows of name and value; rows without a value are left out. */
export function factsTable(title: string, rows: readonly (readonly [string, string | Markup | null])[]): Markup {
  const filled = rows.filter(([, value]) => value !== null && value !== '');
  return html`<section>
    <h2>${title}</h2>
    <div class="wide">
      <table class="facts">
        ${filled.map(
          ([name, value]) =>
            html`<tr>
              <th>${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </table>
    </div>
  </section>`;
}
