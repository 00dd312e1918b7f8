/** The report's only style sheet: follows the reader's light or dark setting, and prints on white. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --paper: #fff; --card: #f6f8fa; --line: #d1d9e0;
  --manipulated: #b3261e; --authentic: #1a7f37; --inconclusive: #8a6100; --rejected: #6639ba; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --card: #151b23;
  --line: #3d444d; --manipulated: #ff8a80; --authentic: #56d364; --inconclusive: #e3b341; --rejected: #c297ff; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --card: #fff; --line: #bbb;
  --manipulated: #b3261e; --authentic: #1a7f37; --inconclusive: #8a6100; --rejected: #6639ba; }
  section, figure, tr { break-inside: avoid; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2.25rem 0 .75rem; }
.label { font-size: 2rem; font-weight: 700; line-height: 1.2; margin: .25rem 0; }
.likely_manipulated { color: var(--manipulated); } .likely_authentic { color: var(--authentic); }
.inconclusive { color: var(--inconclusive); } .rejected { color: var(--rejected); }
.soft, figcaption, th { color: var(--soft); } .soft { margin: .25rem 0; }
.scale { position: relative; height: .75rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card);
  margin: 1rem 0 .35rem; }
.scale i { position: absolute; top: 0; bottom: 0; border-radius: .4rem; background: var(--soft); opacity: .45; }
.scale b { position: absolute; top: -.3rem; bottom: -.3rem; width: 3px; margin-left: -1px; background: var(--ink); }
.scale u { position: absolute; top: 0; bottom: 0; border-left: 1px dashed var(--soft); }
.ends { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-size: .85rem; color: var(--soft); }
@media (max-width: 40rem) { .thresholds { order: 1; width: 100%; } }
ul { padding-left: 1.2rem; } li { margin: .35rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } .facts th { width: 11rem; } .facts td { overflow-wrap: anywhere; }
.faces th, .faces td { white-space: nowrap; } .last { margin-top: 2rem; }
@media (max-width: 40rem) { .facts th { width: 7.5rem; } } td code { font-size: .85em; }
.plot { display: block; width: 100%; min-width: 36rem; height: auto; border: 1px solid var(--line); border-radius: .5rem; background: #fff; }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); overflow: hidden; }
figure div { display: flex; } figure img { display: block; flex: 1 1 0; min-width: 0; width: 50%; height: auto; }
figcaption { padding: .4rem .6rem; font-size: .85rem; }
`;
