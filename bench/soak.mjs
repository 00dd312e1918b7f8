/**
 * Half an hour of mixed good and hostile media: does a deployment of `assay up` with two workers stay as large as it is? Linux; build first.
 *
 *     node bench/soak.mjs --minutes 30 --samples FILE
 *
 * So many clients as --at-once says upload, ask for a scan, follow it by polling or by its events, read the verdict with its pictures
 * and delete the media; some cancel, and some break off an upload. Every sample is a line of FILE. The first sixth is warming
 * up and no part of a slope; at the end the service has --rest-seconds without work. Exits 1 when a scan failed or got no
 * verdict, or a child, a file being written or a handle was left over then.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from './faults/service.mjs';
import { machine } from './machine.mjs';
import { startClients } from './soak/clients.mjs';
import { openMedia } from './soak/media.mjs';
import { sample } from './soak/samples.mjs';
import { slopeOf } from './soak/slope.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    'at-once': { type: 'string', default: '4' },
    'sample-seconds': { type: 'string', default: '5' },
    'rest-seconds': { type: 'string', default: '30' },
    /** Anything that is still open after a rest may be a connection of the pool: so many more than at the start are none of ours. */
    'spare-handles': { type: 'string', default: '8' },
    samples: { type: 'string' },
  },
});
const of = (name) => Number(values[name]);
const warmUpShare = 1 / 6;
const msPerHour = 3_600_000;

const root = mkdtempSync(join(tmpdir(), 'assay-soak-'));
const folders = { data: join(root, 'data'), temporary: join(root, 'tmp'), memory: join(root, 'memory') };
mkdirSync(folders.temporary);
mkdirSync(folders.memory);
const service = new Service(folders.data, {
  TMPDIR: folders.temporary,
  ASSAY_SOAK_MEMORY: folders.memory,
  NODE_OPTIONS: `--expose-gc --require ${resolve(import.meta.dirname, 'soak/live-memory.cjs')}`,
});
await service.ready();
const clients = startClients(service, await openMedia(), of('at-once'));
const startedAt = Date.now();
const samples = [];
const take = () => {
  const now = { hours: (Date.now() - startedAt) / msPerHour, ...sample(service, folders) };
  samples.push(now);
  if (values.samples) appendFileSync(values.samples, `${JSON.stringify({ ...now, ...clients.counts })}\n`);
  return now;
};

const before = take();
for (const until = startedAt + of('minutes') * 60_000; Date.now() < until; await sleep(of('sample-seconds') * 1000))
  take();
await clients.stop();
await sleep(of('rest-seconds') * 1000);
const counted = samples.filter(({ hours }) => hours >= samples.at(-1).hours * warmUpShare);
const after = take();
await service.stop();

console.log(
  `| | at the start | highest | after a rest | change an hour (95 % interval) |\n| --- | --- | --- | --- | --- |`,
);
/** A process that was not there at a moment has no figure then. */
const seen = (name, among) => among.filter((now) => Number.isFinite(now[name]));
const round = (value) => Number(value.toFixed(1));
for (const name of Object.keys(before).filter((name) => name !== 'hours')) {
  const slope = slopeOf(seen(name, counted).map((now) => ({ hours: now.hours, value: now[name] })));
  const change = slope && `${round(slope.perHour)} (${round(slope.low)} to ${round(slope.high)})`;
  const highest = Math.max(...seen(name, samples).map((now) => now[name]));
  console.log(
    `| ${name} | ${[before[name], highest, after[name]].map(round).join(' | ')} | ${change ?? 'too few samples'} |`,
  );
}
const handles = Object.keys(before).filter((name) => name.endsWith('handles'));
const leftOver = {
  children: after.children,
  files: after['files being written'],
  processes: service.orphans,
  handles: handles.filter((name) => after[name] > before[name] + of('spare-handles')).length,
};
console.log(JSON.stringify({ ...values, ...clients.counts, leftOver, restarts: service.starts - 1 }));
console.log(`${machine()}.`);
rmSync(root, { recursive: true, force: true });
const faults = [...Object.values(leftOver), clients.counts.failed, clients.counts.stuck, service.starts - 1];
process.exitCode = faults.some((count) => count > 0) ? 1 : 0;
