import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a process of each kind is known by its arguments. The API is the process that `assay up` is. */
const kinds = {
  api: (args) => args.includes(join('apps', 'cli', 'dist', 'main.js')),
  worker: (args) => args.includes(join('apps', 'worker', 'dist', 'main')),
  engine: (args) => args.includes(join('apps', 'worker', 'dist', 'engine-main')),
  ffmpeg: (args) => /^\S*ffmpeg /.test(args),
};
export const kindNames = [...Object.keys(kinds), 'redis'];

/** Processes that carry a mark in their environment: a service and all that it started. Linux only: reads /proc. */
export function processesWith(mark) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && read(entry, 'environ').includes(mark))
    .map((entry) => ({ pid: Number(entry), args: read(entry, 'cmdline').replaceAll('\0', ' ') }))
    .map((found) => ({ ...found, kind: Object.keys(kinds).find((kind) => kinds[kind](found.args)) ?? 'other' }));
}

/** The Redis of a data folder: its title takes the place of its environment, so it carries no mark. */
export function redisOf(data) {
  try {
    const { pid, run } = JSON.parse(readFileSync(join(data, 'redis', 'redis.pid'), 'utf8'));
    const args = read(pid, 'cmdline').replaceAll('\0', ' ');
    return args.includes(run) ? [{ pid, args, kind: 'redis' }] : [];
  } catch {
    return [];
  }
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
