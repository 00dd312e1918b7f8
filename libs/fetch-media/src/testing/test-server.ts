import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { FetchMediaSettings } from '../settings';

export interface TestServer {
  port: number;
  /** Connections accepted so far, whatever came of them. */
  connections(): number;
  close(): Promise<void>;
}

export async function listen(handler: http.RequestListener): Promise<TestServer> {
  const server = http.createServer(handler);
  let connections = 0;
  server.on('connection', () => (connections += 1)).on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server that is handed the first bytes of each connection, and does with it what HTTP servers do not. */
export async function listenRaw(serve: (socket: net.Socket, data: Buffer) => void): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', (data: Buffer) => serve(socket, data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Every name is loopback, and loopback may be reached on this one port alone. */
export function through({ port }: TestServer, settings: Partial<FetchMediaSettings> = {}): FetchMediaSettings {
  return {
    maxBytes: 1000,
    isAllowed: (address, to) => address === '127.0.0.1' && to === port,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...settings,
  };
}

export async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
