/**
 * Trials of a fleet that loses nothing: `node bench/faults.mjs --trials 20 --seed 1` (Linux; build first).
 *
 * One deployment of `assay up` with two workers for every --round (10) trials. Each trial submits scans, disturbs the service,
 * and waits for the verdicts; where the service ended, it is started again. What disturbs:
 *   (nothing said)    `kill -9` of a random process at a random moment
 *   --store-faults    a real S3 server behind a proxy that fails requests and is away for a while
 *   --redis-cuts      Redis cut off from the network for --cut-seconds (30), or killed and started again
 * A scan without an end after --patience-seconds (120; more on a machine that has other work) is stuck: the slowest way to a
 * verdict is a killed worker, whose lock and the search for it take 20 s. Prints a line a trial, the sum last; exits 1 unless
 * every count of faults is 0.
 *
 * With --tally FILE each round is kept as a line, and --trials says how many there shall be with those of earlier runs: cut off
 * at any point and started again with the same words, it goes on with the next round, under a seed of its own.
 */
import { parseArgs } from 'node:util';
import { openKills } from './faults/kills.mjs';
import { openRedisCuts } from './faults/redis-cuts.mjs';
import { runRound } from './faults/round.mjs';
import { openStoreFaults } from './faults/store-faults.mjs';
import { Tally } from './faults/tally.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10' },
    round: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    tally: { type: 'string' },
    'store-faults': { type: 'boolean' },
    'redis-cuts': { type: 'boolean' },
    'patience-seconds': { type: 'string', default: '120' },
    'cut-seconds': { type: 'string', default: '30' },
  },
});
const modes = { kills: openKills, 'store-faults': openStoreFaults, 'redis-cuts': openRedisCuts };
const mode = Object.keys(modes).find((name) => values[name]) ?? 'kills';
const settings = {
  patienceMs: 1000 * Number(values['patience-seconds']),
  cutSeconds: Number(values['cut-seconds']),
};

const tally = new Tally(values.tally ?? null);
for (let left; (left = Number(values.trials) - tally.of(mode).trials) > 0;) {
  const trials = Math.min(left, Number(values.round));
  const seed = Number(values.seed) + tally.of(mode).rounds.length;
  tally.add({ mode, ...(await runRound(modes[mode], { ...settings, trials, seed })) });
  console.log(JSON.stringify(tally.of(mode).sum()));
}
process.exitCode = tally.of(mode).faults() > 0 ? 1 : 0;
