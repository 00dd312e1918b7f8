/**
 * Style of the timeline plot, for light and dark grounds. Lines differ by dash and width as well as by colour, so that
 * nothing depends on seeing colours (palette after Okabe and Ito). Plain colours, no custom properties: converters that turn
 * the plot into a picture know only those, and draw it for a light ground.
 */
export const plotStyle = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1d2733}
.ground{fill:#fff}
.head{font-size:15px;font-weight:600}
.label{font-size:12px;fill:#5b6875}
.note{font-size:11px;fill:#5b6875}
.grid{stroke:#dfe4ea}
.tick{stroke:#5b6875}
.threshold{stroke:#5b6875;stroke-dasharray:6 4}
.cut{stroke:#6b7683;stroke-width:1.5;stroke-dasharray:2 4}
.band{fill:#b34700;opacity:.14}
.whole{stroke:#b34700;stroke-width:1.5}
.curve{fill:none;stroke:#0b6fa4;stroke-width:2;stroke-linejoin:round}
.dot{fill:#0b6fa4;stroke:#fff}
@media (prefers-color-scheme:dark){
text{fill:#e8edf2}.ground{fill:#14191f}.label,.note{fill:#a3b0bd}.grid{stroke:#2b343d}
.tick,.threshold{stroke:#a3b0bd}.cut{stroke:#7d8995}.band{fill:#f0a04b}.whole{stroke:#f0a04b}
.curve{stroke:#56b4e9}.dot{fill:#56b4e9;stroke:#14191f}
}
`.trim();
