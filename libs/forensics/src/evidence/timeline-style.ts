/**
 * Style of the timeline plot, for light and dark grounds. Lines differ by dash and width as well as by colour, so that
 * nothing depends on seeing colours (palette after Okabe and Ito).
 */
export const plotStyle = `
svg{--ground:#fff;--ink:#1d2733;--soft:#5b6875;--grid:#dfe4ea;--curve:#0b6fa4;--whole:#b34700;--cut:#6b7683}
@media (prefers-color-scheme:dark){svg{--ground:#14191f;--ink:#e8edf2;--soft:#a3b0bd;--grid:#2b343d;--curve:#56b4e9;--whole:#f0a04b;--cut:#7d8995}}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
.ground{fill:var(--ground)}
.head{font-size:15px;font-weight:600}
.label{font-size:12px;fill:var(--soft)}
.note{font-size:11px;fill:var(--soft)}
.grid{stroke:var(--grid)}
.tick{stroke:var(--soft)}
.threshold{stroke:var(--soft);stroke-dasharray:6 4}
.cut{stroke:var(--cut);stroke-width:1.5;stroke-dasharray:2 4}
.band{fill:var(--whole);opacity:.14}
.whole{stroke:var(--whole);stroke-width:1.5}
.curve{fill:none;stroke:var(--curve);stroke-width:2;stroke-linejoin:round}
.dot{fill:var(--curve);stroke:var(--ground)}
`.trim();
