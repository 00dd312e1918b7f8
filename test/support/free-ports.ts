import { createServer } from 'node:net';

/** Below what the system gives to whoever listens on any port, or connects: such a one would take ours before we do. */
const first = 12_000;
/** Each of jest's processes has its own. */
const portsAWorker = 1_500;
const worker = Number(process.env['JEST_WORKER_ID'] ?? '1') % 12;
let next = process.pid % portsAWorker;

/** Ports of this machine that nobody listens on at the moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = first + worker * portsAWorker + (next = (next + 1) % portsAWorker);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
