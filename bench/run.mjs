import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clips } from './clips.mjs';
import { machine } from './machine.mjs';
import { measureMemory } from './memory.mjs';
import { measureClip } from './speed.mjs';
import { memoryTable, speedTable } from './tables.mjs';

const { values: options } = parseArgs({
  options: {
    /** Repeats of each measurement; the median counts. */
    runs: { type: 'string', default: '3' },
    /** Only clips whose name starts with this, e.g. "60 s". */
    clip: { type: 'string', default: '' },
    memory: { type: 'boolean', default: false },
    'no-speed': { type: 'boolean', default: false },
    /** Put the tables into docs/benchmarks.md. */
    write: { type: 'boolean', default: false },
  },
});

const document = resolve(import.meta.dirname, '../docs/benchmarks.md');
const sections = [];

if (!options['no-speed']) {
  const rows = [];
  for (const clip of clips.filter(({ name }) => name.startsWith(options.clip))) {
    rows.push(await measureClip(clip, Number(options.runs)));
  }
  sections.push(['speed', speedTable(rows, Number(options.runs))]);
}
if (options.memory) sections.push(['memory', memoryTable(await measureMemory())]);

for (const [name, table] of sections) {
  const text = `${table}\n\n${machine()}. \`npm run bench${name === 'memory' ? ' -- --memory --no-speed' : ''}\``;
  console.log(`\n${text}`);
  if (options.write) replaceSection(name, text);
}

/** Only what is between the markers belongs to this program; the rest of the page is written by people. */
function replaceSection(name, text) {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  mkdirSync(resolve(document, '..'), { recursive: true });
  let page = existsSync(document) ? readFileSync(document, 'utf8') : '# Benchmarks\n';
  if (!page.includes(begin)) {
    const heading = '## Speed and memory';
    if (!page.includes(heading)) page = `${page.trimEnd()}\n\n${heading}\n`;
    page = page.replace(heading, `${heading}\n\n${begin}\n${end}`);
  }
  const [before, rest] = page.split(begin);
  writeFileSync(document, `${before}${begin}\n\n${text}\n\n${end}${rest.slice(rest.indexOf(end) + end.length)}`);
}
