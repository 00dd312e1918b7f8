/**
 * Trials of a fleet that loses nothing: `node bench/faults.mjs --trials 20 --seed 1` (Linux; build first).
 *
 * One deployment of `assay up` with two workers. Each trial submits scans, disturbs the service, and waits for the verdicts;
 * where the service ended, it is started again. What disturbs:
 *   (nothing said)    `kill -9` of a random process at a random moment
 *   --store-faults    a real S3 server behind a proxy that fails requests and is away for a while
 *   --redis-cuts      Redis cut off from the network for --cut-seconds (30), or killed and started again
 * A scan without an end after --patience-seconds (120; more on a machine that has other work) is stuck: the slowest way to a
 * verdict is a killed worker, whose lock and the search for it take 20 s. Prints a line a trial, the tally with its seed
 * last; exits 1 unless every count of the tally is 0.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '@assay/evaluation';
import { openKills } from './faults/kills.mjs';
import { openRedisCuts } from './faults/redis-cuts.mjs';
import { Service } from './faults/service.mjs';
import { openStoreFaults } from './faults/store-faults.mjs';
import { etagOf, hasMedia, newClip, outcomeOf, submit } from './faults/submissions.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    'store-faults': { type: 'boolean' },
    'redis-cuts': { type: 'boolean' },
    'patience-seconds': { type: 'string', default: '120' },
    'cut-seconds': { type: 'string', default: '30' },
  },
});
const trials = Number(values.trials);
const seed = Number(values.seed);
const patienceMs = 1000 * Number(values['patience-seconds']);
const scansPerTrial = 3;

const random = seededRandom(seed);
const data = mkdtempSync(join(tmpdir(), 'assay-trials-'));
const open = values['store-faults'] ? openStoreFaults : values['redis-cuts'] ? openRedisCuts : openKills;
const mode = await open({ random, seconds: Number(values['cut-seconds']) });
const service = new Service(data, mode.env);
const tally = { lost: 0, stuck: 0, failed: 0, changedVerdicts: 0, orphans: 0 };
const confirmed = [];

for (let trial = 1; trial <= trials; trial += 1) {
  await service.ready();
  const startedAt = Date.now();
  const submissions = Array.from({ length: scansPerTrial }, () => submit(service, newClip(random)));
  const disturbed = await mode.disturb(service);
  const ids = await Promise.all(submissions);
  const ends = await Promise.all(ids.map((id) => outcomeOf(service, id, patienceMs)));
  ids.forEach((id, at) => confirmed.push({ ...id, etag: ends[at].etag }));
  for (const { end } of ends) if (end !== 'done') tally[end] += 1;
  const took = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`trial ${trial}: ${disturbed}; ${ends.map(({ end }) => end).join(' ')}; ${took} s`);
}

const { counts, figures } = mode.calm();
// At the end and of all trials: what was confirmed must outlive every later trial, and a verdict must not change.
for (const { media, scan, etag } of confirmed) {
  if (!(await hasMedia(service, media))) tally.lost += 1;
  if (etag !== null && (await etagOf(service, scan)) !== etag) tally.changedVerdicts += 1;
}
await service.stop();
await mode.close();
Object.assign(tally, counts, { orphans: service.orphans });
rmSync(data, { recursive: true, force: true });
console.log(JSON.stringify({ seed, trials, scans: confirmed.length, starts: service.starts, ...figures, ...tally }));
process.exitCode = Object.values(tally).some((count) => count > 0) ? 1 : 0;
