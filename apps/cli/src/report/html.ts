/** Text that is safe between tags and inside double-quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Marks what `html` may insert as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

type Insert = string | number | Markup | readonly Markup[] | null;

/** Template tag: everything inserted is escaped, unless it is markup already. */
export function html(parts: TemplateStringsArray, ...inserts: Insert[]): Markup {
  const rendered = inserts.map((insert) => {
    if (insert === null) return '';
    if (insert instanceof Markup) return insert.text;
    if (Array.isArray(insert)) return insert.map((markup: Markup) => markup.text).join('\n');
    return escapeHtml(String(insert));
  });
  return new Markup(parts.reduce((text, part, i) => text + (rendered[i - 1] ?? '') + part));
}

/** A whole page for people: no script, nothing fetched; pictures and style are inside. */
export function htmlPage({ title, style, body }: { title: string; style: string; body: Markup }): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${new Markup(style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;
}
