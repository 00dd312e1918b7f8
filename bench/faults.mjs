/**
 * Trials of a fleet that loses nothing: `node bench/faults.mjs --trials 20 --seed 1` (Linux; build first).
 *
 * One deployment of `assay up` with two workers. Each trial submits scans, kills one process of a random kind at a random
 * moment with `kill -9`, starts the service again where it ended, and waits for the verdicts. Prints a line a trial, the
 * tally with its seed last; exits 1 unless every count of the tally is 0.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '@assay/evaluation';
import { kindNames } from './faults/processes.mjs';
import { Service } from './faults/service.mjs';
import { etagOf, hasMedia, newClip, outcomeOf, submit } from './faults/submissions.mjs';

const { values } = parseArgs({ options: { trials: { type: 'string' }, seed: { type: 'string' } } });
const trials = Number(values.trials ?? 10);
const seed = Number(values.seed ?? 1);
const scansPerTrial = 3;
/** Three fixture clips are through in about 4 s on two cores, their decoders earlier: kills fall anywhere in it, ms. */
const killWithinMs = { api: 4_000, worker: 4_000, redis: 4_000, ffmpeg: 1_500 };
/** A decoder lives for a moment only: wait for one this long at most, ms. */
const victimWithinMs = 4_000;

const random = seededRandom(seed);
const data = mkdtempSync(join(tmpdir(), 'assay-trials-'));
const service = new Service(data);
const tally = { lost: 0, stuck: 0, failed: 0, changedVerdicts: 0, orphans: 0 };
const killed = Object.fromEntries([...kindNames, 'none'].map((kind) => [kind, 0]));
const confirmed = [];

async function killOne(kind) {
  for (const until = Date.now() + victimWithinMs; Date.now() < until; await sleep(5)) {
    const victims = service.processes().filter((found) => found.kind === kind);
    const victim = victims[Math.floor(random() * victims.length)];
    if (!victim) continue;
    try {
      process.kill(victim.pid, 'SIGKILL');
      return kind;
    } catch {
      // It ended by itself in between.
    }
  }
  return 'none';
}

for (let trial = 1; trial <= trials; trial += 1) {
  await service.ready();
  const kind = kindNames[Math.floor(random() * kindNames.length)];
  const afterMs = Math.floor(random() * killWithinMs[kind]);
  const startedAt = Date.now();
  const submissions = Array.from({ length: scansPerTrial }, () => submit(service, newClip(random)));
  await sleep(afterMs);
  const victim = await killOne(kind);
  killed[victim] += 1;
  const ids = await Promise.all(submissions);
  const ends = await Promise.all(ids.map((id) => outcomeOf(service, id)));
  ids.forEach((id, at) => confirmed.push({ ...id, etag: ends[at].etag }));
  for (const { end } of ends) if (end !== 'done') tally[end] += 1;
  const took = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `trial ${trial}: ${victim} killed after ${afterMs} ms; ${ends.map(({ end }) => end).join(' ')}; ${took} s`,
  );
}

// At the end and of all trials: what was confirmed must outlive every later kill, and a verdict must not change.
for (const { media, scan, etag } of confirmed) {
  if (!(await hasMedia(service, media))) tally.lost += 1;
  if (etag !== null && (await etagOf(service, scan)) !== etag) tally.changedVerdicts += 1;
}
await service.stop();
tally.orphans = service.orphans;
rmSync(data, { recursive: true, force: true });
console.log(JSON.stringify({ seed, trials, scans: confirmed.length, starts: service.starts, killed, ...tally }));
process.exitCode = Object.values(tally).some((count) => count > 0) ? 1 : 0;
