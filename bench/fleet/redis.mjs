import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 20;

/** A redis-server of the benchmark's own, on a socket, which writes nothing to disk. It ends with `close`. */
export async function startRedis() {
  const folder = mkdtempSync('/tmp/assay-bench-redis-');
  const path = `${folder}/r.sock`;
  const args = ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  // Also when the benchmark ends by an error.
  process.once('exit', kill);
  while (!(await accepts(path))) await sleep(pollMs);
  return {
    path,
    pid: child.pid,
    async close() {
      process.off('exit', kill);
      kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accepts(path) {
  return new Promise((resolve) => {
    const socket = connect(path, () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
