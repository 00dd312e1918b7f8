import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export interface CuttingProxy {
  url: string;
  /** Connections that were cut so far. */
  cuts(): number;
  close(): Promise<void>;
}

/** A bad line to a service: each of the first `cuts` connections that sends more than `afterBytes` is cut there. */
export async function cuttingProxy(target: string, afterBytes: number, cuts: number): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  let done = 0;
  const server = createServer((caller) => {
    const service = connect(Number(port), hostname);
    let bytes = 0;
    caller.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes <= afterBytes || done === cuts) return;
      done += 1;
      caller.resetAndDestroy();
      service.destroy();
    });
    for (const [from, to] of [
      [caller, service],
      [service, caller],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => done,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
