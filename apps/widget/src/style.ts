/** Colours and sizes are custom properties, so that a dashboard gives it its own looks; every part has a `part` name besides. */
export const style = `
:host {
  --_ink: var(--assay-ink, #1d2530);
  --_soft: var(--assay-soft, #5b6675);
  --_line: var(--assay-line, #dcdad2);
  --_paper: var(--assay-paper, #ffffff);
  --_bad: var(--assay-manipulated, #b3261e);
  --_good: var(--assay-authentic, #1f7a4d);
  --_unsure: var(--assay-inconclusive, #8a5a00);
  --_accent: var(--assay-accent, #1f5c8b);
  display: block;
  padding: 1rem;
  border: 1px solid var(--_line);
  border-radius: var(--assay-radius, 12px);
  background: var(--_paper);
  color: var(--_ink);
  font: var(--assay-font, 16px/1.5 system-ui, sans-serif);
}
:host([hidden]) { display: none; }
@media (prefers-color-scheme: dark) {
  :host {
    --_ink: var(--assay-ink, #e8ebef);
    --_soft: var(--assay-soft, #a2adbb);
    --_line: var(--assay-line, #323b47);
    --_paper: var(--assay-paper, #1b212a);
    --_bad: var(--assay-manipulated, #ff8a80);
    --_good: var(--assay-authentic, #6fd6a0);
    --_unsure: var(--assay-inconclusive, #f2c261);
    --_accent: var(--assay-accent, #7fb8e6);
  }
}
* { box-sizing: border-box; }
p, ul, figure { margin: 0; padding: 0; }
section { margin-top: 0.8rem; }
.soft { color: var(--_soft); font-size: 0.875em; font-weight: normal; }
.file { overflow-wrap: anywhere; }
.label { font-size: 1.4em; font-weight: 650; }
.label.likely_manipulated { color: var(--_bad); }
.label.likely_authentic { color: var(--_good); }
.label.inconclusive { color: var(--_unsure); }
header p + p, .findings p + p { margin-top: 0.3rem; }
.pill { display: inline-block; padding: 0 0.6em; border: 1px solid currentColor; border-radius: 1em; font-size: 0.875em; font-weight: 600; }
.pill.confirmed_manipulated { color: var(--_bad); }
.pill.confirmed_authentic { color: var(--_good); }
.pill.unsure, .pill.mock { color: var(--_unsure); }
.findings { overflow-wrap: anywhere; }
.scale { position: relative; height: 12px; margin: 0.4rem 0; border-radius: 6px; background: color-mix(in srgb, var(--_unsure) 22%, transparent); overflow: hidden; }
.scale span { position: absolute; top: 0; bottom: 0; }
.zone.authentic { background: color-mix(in srgb, var(--_good) 30%, transparent); }
.zone.manipulated { background: color-mix(in srgb, var(--_bad) 30%, transparent); }
.interval { background: color-mix(in srgb, var(--_ink) 35%, transparent); }
.marker { width: 4px; margin-left: -2px; background: var(--_ink); }
ul:not(.strip) { padding-left: 1.2em; }
.timeline { height: 96px; border: 1px solid var(--_line); border-radius: 6px; overflow: hidden; cursor: pointer; }
.timeline svg { display: block; width: 100%; height: 100%; }
.band.manipulated { fill: var(--_bad); opacity: 0.12; }
.band.authentic { fill: var(--_good); opacity: 0.12; }
.curve { fill: none; stroke: var(--_accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
.cut { stroke: var(--_soft); stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.cursor { stroke: var(--_ink); stroke-width: 1; vector-effect: non-scaling-stroke; }
.dot { fill: var(--_accent); }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.face { border-top: 1px solid var(--_line); padding-top: 0.6rem; }
.face-name { font-weight: 600; }
button { font: inherit; font-size: 0.875em; color: var(--_accent); background: none; border: 1px solid currentColor; border-radius: 6px; padding: 0.15em 0.7em; margin: 0.3rem 0; cursor: pointer; }
.strip { display: flex; gap: 0.5rem; list-style: none; overflow-x: auto; padding-bottom: 0.3rem; }
.strip li { flex: none; }
.strip figure { position: relative; }
.strip img { display: block; width: var(--assay-crop, 120px); height: var(--assay-crop, 120px); object-fit: cover; border-radius: 8px; background: var(--_line); }
.strip figcaption { position: absolute; left: 4px; bottom: 4px; padding: 0 0.4em; border-radius: 4px; font-size: 0.75em; color: #fff; background: #000a; }
`;
