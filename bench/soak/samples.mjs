import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const kilobytesPerMegabyte = 1024;

/**
 * What a deployment holds at this moment, one number a name: of the API, of each worker and of Redis resident memory (MB), open
 * handles and threads; children that decode; keys of Redis; files that are being written. Linux only: reads /proc.
 *
 * @param service of bench/faults/service.mjs
 * @param folders data folder of the service, and the one for its temporary files
 */
export function sample(service, { data, temporary }) {
  const found = service.processes();
  const of = (kind) => found.filter((process) => process.kind === kind).map(({ pid }) => pid);
  const values = {};
  const add = (name, pid) => {
    values[`${name} MB`] = statusOf(pid, 'VmRSS') / kilobytesPerMegabyte;
    values[`${name} handles`] = entriesOf(`/proc/${pid}/fd`);
    values[`${name} threads`] = statusOf(pid, 'Threads');
  };
  for (const pid of of('api')) add('api', pid);
  of('worker').forEach((pid, at) => add(`worker ${at + 1}`, pid));
  const [redis] = of('redis');
  if (redis) Object.assign(values, redisFigures(data));
  values.children = found.filter(({ args }) => /^\S*ff(mpeg|probe) /.test(args)).length;
  values['files being written'] = entriesOf(join(data, 'store', '.tmp')) + entriesOf(join(data, 'store', 'uploads'));
  values['temporary files'] = entriesOf(temporary);
  return values;
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
