import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

const secondsOf = (text) => {
  const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(text);
  return Number(minutes) * 60 + Number(seconds);
};

/**
 * Runs a command to its end and says what it cost: wall seconds, and CPU seconds of it and everything that it started
 * (the shell's `times` counts every descendant that was waited for).
 *
 * @param options.input file that the command sees as descriptor 3
 */
export async function measure(command, { input, stdin = '', env = process.env, cwd } = {}) {
  const fds = [input ? openSync(input, 'r') : 'ignore', openSync('/dev/null', 'w')];
  const startedAt = process.hrtime.bigint();
  // Output of the command goes to descriptor 5, so that `times` has stdout for itself.
  const child = spawn('sh', ['-c', '"$@" >&5; code=$?; times; exit $code', 'sh', ...command], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe', ...fds, 'pipe'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  let times = '';
  let errors = '';
  const output = [];
  child.stdout.on('data', (chunk) => (times += chunk));
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)));
  child.stdio[5].on('data', (chunk) => output.push(chunk));
  const [code] = await once(child, 'close');
  const wall = Number(process.hrtime.bigint() - startedAt) / 1e9;
  for (const fd of fds) if (typeof fd === 'number') closeSync(fd);
  const [, children = ''] = times.trim().split('\n');
  const cpu = children
    .split(' ')
    .map(secondsOf)
    .reduce((sum, value) => sum + value, 0);
  return { code, wall, cpu, stdout: Buffer.concat(output).toString(), stderr: errors };
}
