/**
 * 10,000 scans of 20 tenants in three lanes: does live wait no longer for them, and is everybody served? Real worker
 * processes over a real Redis with the product's queues; only the work is a sleep. Build first.
 *
 *     node bench/lanes.mjs --scans 10000 --tenants 20 --workers 4 --looks 4 --look-ms 250
 *
 * A tenth of the scans is live, three tenths standard, the rest backfill, half of which is the first tenant's. Two ways for
 * live to come: all at once with the rest, and one by one (`--load` of the fleet) on top of the rest. Beside each, the same
 * live scans on a fleet that has nothing else. `--kills 5`: so many workers are killed (`kill -9`) meanwhile and replaced.
 * Without kills a scan is judged once, with them at least once (what the product writes then, it writes once). Exits 1 when
 * that does not hold, or a tenant is not served.
 */
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Fleet } from './fleet/fleet.mjs';
import { jainIndex, mean, quantile } from './fleet/figures.mjs';
import { makeScan } from './fleet/scans.mjs';
import { machine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    scans: { type: 'string', default: '10000' },
    tenants: { type: 'string', default: '20' },
    workers: { type: 'string', default: '4' },
    /** Looks at once of each worker. */
    looks: { type: 'string', default: '4' },
    'plan-ms': { type: 'string', default: '20' },
    'look-ms': { type: 'string', default: '250' },
    /** Share of the fleet that live scans need which come one by one. */
    load: { type: 'string', default: '0.5' },
    kills: { type: 'string', default: '0' },
    /** End each run when the live scans have their verdicts, and leave the rest. */
    'stop-after-live': { type: 'boolean', default: false },
  },
});
const of = (name) => Number(values[name]);
const fleetSettings = { workers: of('workers'), looks: of('looks'), planMs: of('plan-ms'), lookMs: of('look-ms') };
const scansPerSecond = (of('workers') * of('looks') * 1000) / of('look-ms');

const counts = { live: of('scans') * 0.1, standard: of('scans') * 0.3, backfill: of('scans') * 0.6 };
const live = scansOf('live');
const rest = mixed([...scansOf('standard'), ...scansOf('backfill')]);
const everySeconds = 1 / (scansPerSecond * of('load'));

const rows = [];
rows.push(['all at once', await atOnce([...live]), await atOnce(mixed([...live, ...rest]))]);
rows.push([`one by one, ${of('load') * 100} % of the fleet`, await oneByOne([]), await oneByOne(rest)]);

console.log('\n| live scans come | live wait alone, p50 / p95 s | with 10,000, p50 / p95 s | p95 ratio |');
console.log('| --- | --- | --- | --- |');
for (const [how, alone, crowd] of rows) {
  const cells = [alone, crowd].map(({ waits }) =>
    [0.5, 0.95].map((share) => quantile(waits, share).toFixed(2)).join(' / '),
  );
  const ratio = quantile(crowd.waits, 0.95) / quantile(alone.waits, 0.95);
  console.log(`| ${how} | ${cells.join(' | ')} | ${ratio.toFixed(2)} |`);
}
for (const [how, , crowd] of rows) console.log(`${how}: ${JSON.stringify(crowd.fairness)}`);
console.log(`${JSON.stringify({ ...values, lookMs: Number(mean(rows[0][2].sleeps).toFixed(1)) })}\n${machine()}.`);
const failed = rows.flatMap(([, ...runs]) => runs).some(({ faults }) => faults > 0);
process.exitCode = failed ? 1 : 0;

/** Half of the backfill is one tenant's; all else is spread evenly. */
function scansOf(lane) {
  const tenants = of('tenants');
  const first = { live: 0, standard: counts.live, backfill: counts.live + counts.standard }[lane];
  return Array.from({ length: counts[lane] }, (_, at) => {
    const tenant = lane === 'backfill' && at % 2 === 0 ? 0 : (at >> Number(lane === 'backfill')) % tenants;
    return makeScan({ number: first + at, tenant, lane, segments: 1 });
  });
}

/** Shuffled, the same way each time. */
function mixed(scans) {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return scans
    .map((scan) => ({ scan, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ scan }) => scan);
}

async function atOnce(scans) {
  const fleet = await Fleet.start(fleetSettings);
  await fleet.submit(scans);
  const openedAt = Date.now();
  fleet.open();
  // Waits count from the moment that somebody works.
  return finish(fleet, openedAt);
}

async function oneByOne(before) {
  const fleet = await Fleet.start(fleetSettings);
  await fleet.submit(before);
  fleet.open();
  const startedAt = Date.now();
  for (const [at, scan] of live.entries()) {
    const due = startedAt + at * everySeconds * 1000;
    await sleep(Math.max(0, due - Date.now()));
    await fleet.submit([scan]);
  }
  return finish(fleet, startedAt);
}

async function finish(fleet, openedAt) {
  const began = Date.now();
  let kills = 0;
  const killer = setInterval(() => kills++ < of('kills') && void fleet.replaceWorker(kills), 5_000);
  const lines = setInterval(() => console.error(`${fleet.judged} of ${fleet.scans.size}`), 30_000);
  await fleet.allJudged(values['stop-after-live'] ? ({ record }) => record.priority === 'live' : undefined);
  clearInterval(killer);
  clearInterval(lines);
  const scans = [...fleet.scans.values()];
  const waits = scans
    .filter(({ record }) => record.priority === 'live')
    .map(({ lookAt, submittedAt }) => (lookAt - Math.max(submittedAt, openedAt)) / 1000);
  const fairness = fairnessOf(fleet, openedAt);
  const { judgedTwice, sleeps } = fleet;
  await fleet.close();
  console.error(`done in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  return {
    waits,
    fairness,
    sleeps,
    faults: (of('kills') > 0 ? 0 : judgedTwice) + Number(fairness.tenantsServed < of('tenants')),
  };
}

/** Of each lane, what the tenants got while all of them had work waiting in it; and the longest wait for a first look. */
function fairnessOf(fleet, openedAt) {
  const result = { scans: fleet.scans.size, judgedTwice: fleet.judgedTwice };
  result.tenantsServed = new Set(fleet.looked.map(({ record }) => record.tenant)).size;
  for (const lane of ['live', 'standard', 'backfill']) {
    const done = fleet.looked.filter(({ record }) => record.priority === lane);
    const lastOf = new Map(done.map(({ record, at }) => [record.tenant, at]));
    const allBusyUntil = Math.min(...lastOf.values());
    const got = new Map([...lastOf.keys()].map((tenant) => [tenant, 0]));
    for (const { record, at } of done) if (at <= allBusyUntil) got.set(record.tenant, got.get(record.tenant) + 1);
    const firsts = [...got.keys()].map((tenant) => done.find(({ record }) => record.tenant === tenant).at - openedAt);
    result[lane] = {
      jain: Number(jainIndex([...got.values()]).toFixed(4)),
      tenants: got.size,
      lastTenantServedAfterSeconds: Math.max(...firsts) / 1000,
    };
  }
  return result;
}
