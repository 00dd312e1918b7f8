import { createServer, type Server } from 'node:net';

/** Ports of this machine that nobody listens on at the moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  // All open at once, so that they differ.
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

function listenAnywhere(): Promise<Server> {
  return new Promise((listening, failed) => {
    const server = createServer();
    server.once('error', failed).listen(0, '127.0.0.1', () => listening(server));
  });
}
