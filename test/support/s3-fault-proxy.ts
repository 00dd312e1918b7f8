import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { drawFault, type S3Fault, type S3FaultRates, s3FaultKinds } from './s3-faults';

/** A slow body comes in this many pieces, with this pause between two of them, ms. */
const dropsPerBody = 8;
const dropPauseMs = 40;

export interface S3FaultProxyOptions {
  /** The real server, `http://host:port`. */
  target: string;
  /** Uniform in [0, 1); one draw a request. */
  random: () => number;
  rates?: S3FaultRates;
  /** Port to listen on; default any free one. */
  port?: number;
}

/**
 * An HTTP proxy in front of a real S3 server that fails requests by chance. It keeps the `Host` header, which the
 * caller has signed. Bodies are held in memory: for fixtures, not for films.
 */
export class S3FaultProxy {
  /** May be changed at any time. */
  rates: S3FaultRates;
  /** True: every request ends in a 503, as when all of the store's servers are gone behind a load balancer. */
  down = false;
  /** Requests that met each fault; of all, `requests`. */
  readonly met = Object.fromEntries(s3FaultKinds.map((kind) => [kind, 0])) as Record<S3Fault, number>;
  requests = 0;
  /** What the next requests meet, first to last, instead of what chance says. */
  next: (S3Fault | null)[] = [];
  /** Digests of the bodies that the store took under each `.../verdict.json`: more than one is a verdict that changed. */
  readonly verdicts = new Map<string, Set<string>>();

  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly options: S3FaultProxyOptions,
    private readonly server: Server,
  ) {
    this.rates = options.rates ?? {};
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      // Whatever goes wrong between us and either side is a reset for the caller, as in any network.
      this.serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  static async open(options: S3FaultProxyOptions): Promise<S3FaultProxy> {
    const server = createServer();
    const proxy = new S3FaultProxy(options, server);
    await new Promise<void>((listening) => server.listen(options.port ?? 0, '127.0.0.1', listening));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.requests += 1;
    const drawn = drawFault(this.rates, this.options.random());
    const fault = this.next.length > 0 ? this.next.shift() : drawn;
    const body = await buffer(incoming);
    if (this.down) return refuse(outgoing, 503, 'ServiceUnavailable');
    if (fault && applies(fault, incoming, body)) return this.fail(fault, incoming, body, outgoing);
    const answer = await this.forward(incoming, body);
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  private async fail(fault: S3Fault, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): Promise<void> {
    this.met[fault] += 1;
    switch (fault) {
      case 'slowDown':
        return refuse(outgoing, 503, 'SlowDown');
      case 'internalError':
        return refuse(outgoing, 500, 'InternalError');
      case 'resetBefore':
        return reset(outgoing);
      case 'resetAfter':
        await this.forward(incoming, body);
        return reset(outgoing);
      case 'stall':
        await this.forward(incoming, body);
        return;
      case 'cutUpload':
        await this.forward(incoming, body, body.length >> 1).catch(() => undefined);
        return reset(outgoing);
      default:
        return this.failBody(fault, await this.forward(incoming, body), outgoing);
    }
  }

  private async failBody(
    fault: 'cutBody' | 'stallBody' | 'slowBody',
    { status, headers, body }: Answer,
    outgoing: ServerResponse,
  ): Promise<void> {
    outgoing.writeHead(status, headers);
    if (fault !== 'slowBody') {
      const part = body.subarray(0, Math.floor(body.length * this.options.random()));
      outgoing.flushHeaders();
      await new Promise((written) => outgoing.write(part.length > 0 ? part : Buffer.alloc(0), written));
      // The bytes are to arrive: a reset overtakes what is still on its way.
      await sleep(dropPauseMs);
      return fault === 'cutBody' ? reset(outgoing) : undefined;
    }
    const step = Math.max(1, Math.ceil(body.length / dropsPerBody));
    for (let at = 0; at < body.length; at += step) {
      outgoing.write(body.subarray(at, at + step));
      await sleep(dropPauseMs);
    }
    outgoing.end();
  }

  /** @param cutAt sends only so many bytes of the body, then resets the connection to the store */
  private forward(incoming: IncomingMessage, body: Buffer, cutAt: number | null = null): Promise<Answer> {
    const { method, url, headers } = incoming;
    const kept = without(headers, 'expect', 'connection', 'transfer-encoding');
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(url ?? '/', this.options.target),
        { method, headers: { ...kept, 'content-length': body.length }, agent: false },
        (answer) => {
          // From here on the answer itself says what becomes of it. Swift answers a HEAD for an absent object with a body,
          // which nobody waits for and which ends in a parser's error.
          sent.off('error', reject).on('error', () => undefined);
          const whole = method === 'HEAD' ? Promise.resolve(Buffer.alloc(0)) : buffer(answer);
          whole.then((text) => {
            const passed = without(answer.headers, 'connection', 'transfer-encoding');
            // A HEAD answer names a length that its body does not have.
            const length = method === 'HEAD' ? passed['content-length'] : String(text.length);
            const status = answer.statusCode ?? 502;
            if (status < 300) this.note(incoming, body);
            resolve({ status, headers: { ...passed, ...(length ? { 'content-length': length } : {}) }, body: text });
          }, reject);
        },
      );
      sent.once('error', reject);
      if (cutAt === null) return void sent.end(body);
      sent.write(body.subarray(0, cutAt), () => sent.destroy(new Error('cut')));
    });
  }

  private note({ method, url }: IncomingMessage, body: Buffer): void {
    const { pathname } = new URL(url ?? '/', this.options.target);
    if (method !== 'PUT' || !pathname.endsWith('/verdict.json')) return;
    const digests = this.verdicts.get(pathname) ?? new Set();
    this.verdicts.set(pathname, digests.add(createHash('sha256').update(body).digest('hex')));
  }
}

/** Headers that are about one connection and not about what is sent over it. */
function without(headers: IncomingHttpHeaders, ...names: string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

function applies(fault: S3Fault, { method }: IncomingMessage, body: Buffer): boolean {
  if (fault === 'cutBody' || fault === 'stallBody' || fault === 'slowBody') return method === 'GET';
  return fault !== 'cutUpload' || body.length > 1;
}

function refuse(outgoing: ServerResponse, status: number, code: string): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`;
  outgoing.writeHead(status, { 'content-type': 'application/xml' }).end(text);
}

function reset(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy();
}
