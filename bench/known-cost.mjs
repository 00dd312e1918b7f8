/**
 * What known media costs a scan: `node bench/known-cost.mjs [--clip '60 s'] [--rounds 3]`, after `npm run build:ts`. CPU
 * seconds of `assay scan` with its children, with a hash list to look in and without one, in turns; no wall-clock time, so it
 * may run beside other work. Without a list no thumbnails are made, hashed or looked up.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { clips, makeClip } from './clips.mjs';
import { machine } from './machine.mjs';
import { measure } from './measure.mjs';

const { values: options } = parseArgs({
  options: { clip: { type: 'string', default: '60 s' }, rounds: { type: 'string', default: '3' } },
});
const cli = resolve(import.meta.dirname, '../apps/cli/dist/main.js');
const clip = makeClip(clips.find(({ name }) => name.startsWith(options.clip)));
const work = mkdtempSync(join(tmpdir(), 'assay-known-cost-'));
const list = join(work, 'list.csv');
// A row that nothing looks like.
writeFileSync(list, `signal_type,signal_str\npdq,${'a5'.repeat(32)}\n`);

async function cpuOf(...more) {
  const { code, cpu, stdout, stderr } = await measure([process.execPath, cli, 'scan', clip.path, '--json', ...more]);
  if (code !== 0) throw new Error(`assay scan ended with ${code}: ${stderr}`);
  const isLookedUp = JSON.parse(stdout).knownMedia !== null;
  if (isLookedUp !== more.length > 0) throw new Error('the scan did not do what is to be measured');
  return cpu;
}

try {
  const without = [];
  const withList = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    without.push(await cpuOf());
    withList.push(await cpuOf('--known', list));
    console.error(`${without.at(-1).toFixed(2)} s without, ${withList.at(-1).toFixed(2)} s with`);
  }
  // Other work on the machine only ever adds: the least of each is nearest to what it is alone.
  const [least, leastWith] = [Math.min(...without), Math.min(...withList)];
  const more = leastWith - least;
  console.log('| clip | CPU s without | CPU s with | more |\n| --- | --- | --- | --- |');
  console.log(
    `| ${clip.name} | ${least.toFixed(2)} | ${leastWith.toFixed(2)} | ${more.toFixed(2)} s, ${((100 * more) / least).toFixed(1)} % |`,
  );
  console.log(`\n${options.rounds} rounds, the least of each; ${machine()}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
