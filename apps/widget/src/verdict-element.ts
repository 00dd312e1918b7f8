import type { Verdict } from '@assay/contracts';
import { h } from './dom';
import { evidenceByLinks, evidenceFrom, type LinksGiven } from './evidence';
import { faces } from './parts/faces';
import { findings } from './parts/findings';
import { headline } from './parts/headline';
import { reasons } from './parts/reasons';
import { timeline } from './parts/timeline';
import { style } from './style';
import { takeEarly } from './take-early';

let shared: CSSStyleSheet | null = null;

/** One sheet for all elements of a page; a constructed one is let in by the strictest content policy. */
function sheet(): CSSStyleSheet {
  if (shared === null) {
    shared = new CSSStyleSheet();
    shared.replaceSync(style);
  }
  return shared;
}

/** The document that this element reads; a newer one is not guessed at. */
const schema = 'assay.verdict/1';

/**
 * `<assay-verdict>`: a verdict as a moderator reads it, for any page.
 *
 * Give it the document (`element.verdict = {...}`), or `src`, the address of one. Pictures come by `element.links`, the answer of
 * `POST /v1/scans/{scan}/evidence-links` or a function that gets one; or from `evidence`, the address of a folder of artefacts; with
 * `src` of this API it is found without saying. `element.headers` are sent with every request.
 *
 * Fires `assay-seek` ({ seconds }) when a moment is chosen, `assay-load` when a verdict is shown, and `assay-error` ({ message })
 * when there is none to show. Colours: `--assay-*`; parts: `::part(label)` and others.
 */
export class AssayVerdictElement extends HTMLElement {
  static readonly observedAttributes = ['src', 'evidence'];

  /** Sent with requests for the verdict and its pictures. */
  headers = takeEarly<Record<string, string>>(this, 'headers');

  private shown = takeEarly<Verdict>(this, 'verdict');
  private linked = takeEarly<LinksGiven>(this, 'links');
  private leaving = new AbortController();
  private urls: string[] = [];

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet()];
  }

  get verdict(): Verdict | null {
    return this.shown;
  }

  set verdict(verdict: Verdict | null) {
    this.shown = verdict;
    this.draw();
  }

  get links(): LinksGiven | null {
    return this.linked;
  }

  set links(links: LinksGiven | null) {
    this.linked = links;
    if (this.shown !== null) this.draw();
  }

  connectedCallback(): void {
    // Also after the element was moved: pictures were let go of when it left the page.
    this.refresh();
  }

  disconnectedCallback(): void {
    this.release();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.refresh();
  }

  private refresh(): void {
    if (this.hasAttribute('src')) void this.load(this.getAttribute('src')!);
    else this.draw();
  }

  private async load(src: string): Promise<void> {
    this.release();
    const { signal } = this.leaving;
    this.say('Loading the verdict');
    try {
      const response = await fetch(src, { headers: this.headers ?? {}, signal });
      if (!response.ok) throw new Error(`The verdict cannot be had (HTTP ${response.status}).`);
      this.shown = (await response.json()) as Verdict;
      if (!signal.aborted) this.draw();
    } catch (error) {
      if (!signal.aborted) this.fail(error instanceof Error ? error.message : 'The verdict cannot be had.');
    }
  }

  private draw(): void {
    this.release();
    const verdict = this.shown;
    if (verdict === null) return this.say('No verdict yet');
    if (verdict.schema !== schema) return this.fail(`This is no document of the kind ${schema}.`);
    const { signal } = this.leaving;
    const evidence = this.linked
      ? evidenceByLinks(this.linked)
      : evidenceFrom(this.evidenceBase(), this.headers, (url) => this.urls.push(url));
    const seek = (seconds: number): void => this.tell('assay-seek', { seconds });
    const article = h('article', { part: 'verdict' }, headline(verdict), findings(verdict), reasons(verdict));
    for (const part of [timeline(verdict, seek), faces(verdict, evidence, signal)]) if (part) article.append(part);
    this.replace(article);
    this.tell('assay-load', { verdict: verdict.verdict });
  }

  /** `.../verdict` of this API has its pictures beside it, below `.../evidence`. */
  private evidenceBase(): string | null {
    const given = this.getAttribute('evidence');
    if (given !== null) return given;
    const src = this.getAttribute('src');
    return src !== null && /\/verdict$/.test(src) ? src.replace(/verdict$/, 'evidence') : null;
  }

  private fail(message: string): void {
    this.replace(h('p', { role: 'alert', part: 'error' }, message));
    this.tell('assay-error', { message });
  }

  private say(words: string): void {
    this.replace(h('p', { class: 'soft', role: 'status' }, words));
  }

  private replace(content: HTMLElement): void {
    this.shadowRoot!.replaceChildren(content);
  }

  private tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  private release(): void {
    this.leaving.abort();
    this.leaving = new AbortController();
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
  }
}
