import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** What figures have to be read with. */
export function machine() {
  const firstLine = execFileSync('ffmpeg', ['-version'], { encoding: 'utf8' }).split('\n')[0];
  const ffmpeg = /version (\S+)/.exec(firstLine)?.[1] ?? 'unknown';
  const cores = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${gigabytes} GB RAM, ${process.platform} ${process.arch}, Node ${process.versions.node}, ffmpeg ${ffmpeg}; ${date}`;
}
