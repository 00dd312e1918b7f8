import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  /** Byte for byte. */
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** What is answered from now on; null = nothing at all. */
  answer(status: number | null, headers?: Record<string, string>): void;
  /** Waits until as many messages have come, for as long as the test runner lets it. */
  until(count: number): Promise<Received[]>;
  close(): Promise<void>;
}

/** A server that webhooks are sent to: it keeps what comes and answers what it is told. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  let status: number | null = 204;
  let headers: Record<string, string> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (status !== null) response.writeHead(status, headers).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (next, nextHeaders = {}) => void ([status, headers] = [next, nextHeaders]),
    async until(count) {
      while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
      return received;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The headers as a verifier wants them. */
export const plainHeaders = ({ headers }: Received): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
