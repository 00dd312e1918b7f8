import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const kilobytesPerMegabyte = 1024;

/**
 * What a deployment holds at this moment, one number a name: of the API, of each worker, of its engine and of Redis resident memory (MB), open
 * handles and threads; children that decode; keys of Redis; files that are being written. Linux only: reads /proc.
 *
 * @param service of bench/faults/service.mjs
 * @param folders data folder of the service, the one for its temporary files, and the one that `live-memory.cjs` writes to
 */
export function sample(service, { data, temporary, memory }) {
  const found = service.processes();
  const of = (kind) => found.filter((process) => process.kind === kind).map(({ pid }) => pid);
  const values = {};
  const add = (name, pid) => {
    values[`${name} MB`] = statusOf(pid, 'VmRSS') / kilobytesPerMegabyte;
    Object.assign(values, liveMemory(name, join(memory, `${pid}.json`)));
    values[`${name} handles`] = entriesOf(`/proc/${pid}/fd`);
    values[`${name} threads`] = statusOf(pid, 'Threads');
  };
  for (const pid of of('api')) add('api', pid);
  of('worker').forEach((pid, at) => add(`worker ${at + 1}`, pid));
  of('engine').forEach((pid, at) => add(`engine ${at + 1}`, pid));
  const [redis] = of('redis');
  if (redis) Object.assign(values, redisFigures(data));
  values.children = found.filter(({ args }) => /^\S*ff(mpeg|probe) /.test(args)).length;
  values['files being written'] = entriesOf(join(data, 'store', '.tmp')) + entriesOf(join(data, 'store', 'uploads'));
  values['temporary files'] = entriesOf(temporary);
  return values;
}

/** After the last collection, see `live-memory.cjs`; NaN before the first. */
function liveMemory(name, file) {
  let live = { heapUsed: NaN, external: NaN };
  try {
    live = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Not there yet, or half written.
  }
  const megabytes = (bytes) => bytes / kilobytesPerMegabyte ** 2;
  return { [`${name} live heap MB`]: megabytes(live.heapUsed), [`${name} buffers MB`]: megabytes(live.external) };
}

/** Live memory, not resident: what a Redis got from the system it gives back late. */
function redisFigures(data) {
  const { run } = JSON.parse(readFileSync(join(data, 'redis', 'redis.pid'), 'utf8'));
  const ask = (...command) =>
    execFileSync('redis-cli', ['-s', join(run, 'redis.sock'), ...command], { encoding: 'utf8' });
  const bytes = Number(/used_memory:(\d+)/.exec(ask('info', 'memory'))?.[1]);
  return { 'redis keys': Number(ask('dbsize')), 'redis MB': bytes / kilobytesPerMegabyte ** 2 };
}

function statusOf(pid, field) {
  try {
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}

function entriesOf(folder) {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
