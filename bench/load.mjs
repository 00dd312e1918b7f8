/**
 * Does the API answer while it and its workers have all they can do? Linux; build first; nothing else running.
 *
 *     node bench/load.mjs --readers 200 --uploading 10 --seconds 60
 *
 * A deployment of `assay up` with two workers, and clients in this process: readers poll scans, list them and read verdicts; the
 * others upload clips that the service never had, ask for scans and follow them. Prints how long answers took, errors, and the
 * longest stall of the event loop of the API and of each worker (the loop that holds the job locks). Exits 1 when there was an error.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from './faults/service.mjs';
import { newClip, outcomeOf, submit } from './faults/submissions.mjs';
import { quantile } from './fleet/figures.mjs';
import { startReaders } from './load/readers.mjs';
import { stallsOf } from './load/stalls.mjs';
import { machine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '200' },
    uploading: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    'warm-up-seconds': { type: 'string', default: '10' },
    /** Between an answer and the next question of a reader, on average. */
    'think-ms': { type: 'string', default: '1000' },
  },
});
const of = (name) => Number(values[name]);
const patienceMs = 300_000;

const root = mkdtempSync(join(tmpdir(), 'assay-load-'));
const stalls = join(root, 'stalls');
mkdirSync(stalls);
const service = new Service(join(root, 'data'), {
  ASSAY_LOAD_STALLS: stalls,
  NODE_OPTIONS: `--require ${resolve(import.meta.dirname, 'load/loop-delay.cjs')}`,
});
const address = await service.ready();

const known = { all: [], done: [] };
const uploads = { scans: 0, failed: 0, stuck: 0 };
const uploadOne = async () => {
  const ids = await submit(service, newClip(Math.random));
  known.all.push(ids.scan);
  const { end } = await outcomeOf(service, ids, patienceMs);
  if (end === 'done') known.done.push(ids.scan);
  uploads[end === 'done' ? 'scans' : end] += 1;
};
await uploadOne();

let stopped = false;
const uploader = async () => {
  while (!stopped) await uploadOne();
};
const uploading = Array.from({ length: of('uploading') }, uploader);
const warm = startReaders(address, known, { clients: of('readers'), thinkMs: of('think-ms') });
await sleep(1000 * of('warm-up-seconds'));
await warm.stop();

const from = Date.now();
const scansBefore = uploads.scans;
const readers = startReaders(address, known, { clients: of('readers'), thinkMs: of('think-ms') });
await sleep(1000 * of('seconds'));
const until = Date.now();
const processes = service.processes();
await readers.stop();
const scans = uploads.scans - scansBefore;
stopped = true;
await Promise.all(uploading);
await service.stop();

const ms = (value) => value.toFixed(1);
console.log('| reads | answers | p50, ms | p95 | p99 | longest |\n| --- | --- | --- | --- | --- | --- |');
const all = Object.values(readers.times).flat();
for (const [kind, times] of [...Object.entries(readers.times), ['all', all]]) {
  const at = (q) => ms(quantile(times, q));
  console.log(`| ${kind} | ${times.length} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${ms(Math.max(...times))} |`);
}
console.log(
  '\n| event loop of | longest stall, ms | seconds with one over 50 ms | in the second of the longest: garbage collection, ms | waited for a core, ms |\n| --- | --- | --- | --- | --- |',
);
for (const { kind, longestMs, over, seconds, longestGcMs, waitedForCoreMs } of stallsOf(processes, stalls, from, until))
  console.log(`| ${kind} | ${ms(longestMs)} | ${over} of ${seconds} | ${ms(longestGcMs)} | ${ms(waitedForCoreMs)} |`);
const errors = [...readers.errors].map(([text, count]) => `${count} x ${text}`).join(', ') || 'none';
console.log(
  `\n${ms(all.length / of('seconds'))} reads/s of ${values.readers} readers beside ${values.uploading} who upload (${scans} scans done meanwhile); errors: ${errors}; scans failed ${uploads.failed}, stuck ${uploads.stuck}.`,
);
console.log(`${machine()}.`);
rmSync(root, { recursive: true, force: true });
process.exitCode = readers.errors.size + uploads.failed + uploads.stuck > 0 ? 1 : 0;
