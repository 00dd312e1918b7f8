import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { fetchMedia } from './fetch-media';
import { FetchMediaError } from './fetch-media-error';
import type { FetchMediaSettings } from './settings';
import { listen, listenRaw, type TestServer, textOf, through } from './testing/test-server';

/** What keeps its own clock where that of `setTimeout` is moved by hand. */
const allButTimeouts = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

/** Invariants: what is fetched is bounded in bytes and in time; every end is typed; nothing stays open. */
describe('fetchMedia', () => {
  const never = new AbortController().signal;
  let server: TestServer;
  let seen: { path: string; host: string | undefined; encoding: unknown }[] = [];
  let open = 0;

  beforeAll(async () => {
    server = await listen((request, response) => {
      const path = request.url ?? '';
      seen.push({ path, host: request.headers.host, encoding: request.headers['accept-encoding'] });
      open += 1;
      response.once('close', () => (open -= 1));
      response.on('error', () => undefined);
      if (path === '/clip.mp4') return response.end('0123456789');
      if (path === '/missing') return response.writeHead(404).end('nothing here');
      if (path === '/part') return response.writeHead(206, { 'content-range': 'bytes 0-1/10' }).end('01');
      if (path === '/gzip') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(9)));
      if (path === '/announced') return response.writeHead(200, { 'content-length': '5000' }).write('x');
      if (path === '/nowhere') return response.writeHead(302).end();
      if (path === '/loop') return response.writeHead(302, { location: '/loop' }).end();
      if (path === '/silent') return undefined;
      if (path === '/stalls') return response.write('0123');
      if (path === '/trickle' || path === '/endless') {
        const more = () => {
          if (response.destroyed) return;
          if (path === '/trickle') setTimeout(() => response.write('x', more), 5);
          else response.write('x'.repeat(4096), () => setImmediate(more));
        };
        return more();
      }
      const hops = Number(/^\/hops\/(\d+)$/.exec(path)?.[1]);
      return response.writeHead(308, { location: hops === 1 ? '/clip.mp4' : `${hops - 1}` }).end();
    });
  });
  afterAll(() => server.close());
  beforeEach(() => void (seen = []));
  afterEach(async () => {
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  const get = (path: string, settings: Partial<FetchMediaSettings> = {}, signal = never, take = textOf) =>
    fetchMedia(`http://media.example:${server.port}${path}`, through(server, settings), take, signal);
  async function codeOf(attempt: Promise<unknown>): Promise<string> {
    const end = await attempt.catch((error: unknown) => error);
    if (!(end instanceof FetchMediaError)) throw new Error(`not refused but ${String(end)}`);
    expect(end.message).not.toMatch(/127\.0\.0|ECONN|socket/);
    return end.code;
  }

  it('fetches a file as it lies, under the name that was asked for', async () => {
    expect(await get('/clip.mp4')).toBe('0123456789');
    expect(seen).toEqual([{ path: '/clip.mp4', host: `media.example:${server.port}`, encoding: 'identity' }]);
  });

  it('follows three redirects and no more', async () => {
    expect(await get('/hops/3')).toBe('0123456789');
    expect(await codeOf(get('/hops/4'))).toBe('redirects');
    expect(await codeOf(get('/loop'))).toBe('redirects');
    expect(seen).toHaveLength(4 + 4 + 4);
  });

  it('follows no redirect where none is wanted', async () => {
    expect(await codeOf(get('/hops/1', { redirects: 0 }))).toBe('redirects');
    expect(seen).toHaveLength(1);
    expect(await get('/clip.mp4', { redirects: 0 })).toBe('0123456789');
  });

  it.each([
    ['/missing', 'status'],
    ['/part', 'status'],
    ['/nowhere', 'status'],
    ['/gzip', 'encoded'],
    ['/announced', 'too_large'],
    ['/endless', 'too_large'],
  ])('types the end of %s: %s', async (path, code) => {
    expect(await codeOf(get(path))).toBe(code);
  });

  it('counts exactly: as many bytes as allowed are fine, one more is not', async () => {
    expect(await get('/clip.mp4', { maxBytes: 10 })).toHaveLength(10);
    expect(await codeOf(get('/clip.mp4', { maxBytes: 9 }))).toBe('too_large');
  });

  it.each([
    ['/silent', { idleTimeoutMs: 60 }],
    ['/stalls', { idleTimeoutMs: 60 }],
    ['/trickle', { idleTimeoutMs: 1000, totalTimeoutMs: 120 }],
  ])('ends %s by the clock', async (path, settings) => {
    expect(await codeOf(get(path, settings))).toBe('timeout');
  });

  it('bounds the time that a name server and a handshake may take', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    expect(await codeOf(get('/clip.mp4', { connectTimeoutMs: 40, resolve }))).toBe('timeout');
    const mute = await listenRaw(() => undefined);
    const tls = fetchMedia(
      `https://media.example:${mute.port}/`,
      through(mute, { connectTimeoutMs: 60 }),
      textOf,
      never,
    );
    expect(await codeOf(tls)).toBe('timeout');
    await mute.close();
  });

  it('asks TLS for the host of the address, without the dot of a full name', async () => {
    let hello = '';
    const tls = await listenRaw((socket, data) => {
      hello = data.toString('latin1');
      socket.destroy();
    });
    const fetching = fetchMedia(`https://media.example.:${tls.port}/`, through(tls), textOf, never);
    expect(await codeOf(fetching)).toBe('unreachable');
    // RFC 6066: the name's length in two bytes, then the name.
    expect(hello).toContain('\0\rmedia.example\0');
    await tls.close();
  });

  it('does not take a slow reader for a silent server', async () => {
    const idleTimeoutMs = 5_000;
    const pauses = 5;
    let paused = 0;
    const slowly = (body: Readable) =>
      new Writable({
        highWaterMark: 1,
        write(_chunk, _encoding, done) {
          const next = () => {
            if (body.destroyed || paused === pauses) return done();
            // Until then it is the server that is waited for, and rightly.
            if (body.readableLength < body.readableHighWaterMark) return void setImmediate(next);
            paused += 1;
            jest.advanceTimersByTime(10 * idleTimeoutMs);
            setImmediate(done);
          };
          next();
        },
      });
    const settings = { maxBytes: 2_000_000, idleTimeoutMs };
    // The clock goes on with the reader's pauses alone: the server is of this process too, and shares its stalls.
    jest.useFakeTimers({ doNotFake: [...allButTimeouts] });
    try {
      const fetching = get('/endless', settings, never, (body) => pipeline(body, slowly(body as Readable)) as never);
      expect(await codeOf(fetching)).toBe('too_large');
    } finally {
      jest.useRealTimers();
    }
    expect(paused).toBe(pauses);
  });

  it.each([
    ['a length that was not kept', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort', 'incomplete'],
    ['chunks without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n', 'incomplete'],
    ['no answer at all', '', 'unreachable'],
    ['an answer that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'unreachable'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nshort', 'unreachable'],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(10_000)}\r\n`, 'unreachable'],
  ])('types %s', async (_what, answer, code) => {
    const raw = await listenRaw((socket) => socket.end(answer));
    expect(await codeOf(fetchMedia(`http://media.example:${raw.port}/`, through(raw), textOf, never))).toBe(code);
    await raw.close();
  });

  it('types a host that does not answer and one that does not exist', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    expect(await codeOf(fetchMedia(`http://media.example:${gone.port}/`, through(gone), textOf, never))).toBe(
      'unreachable',
    );
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await codeOf(get('/clip.mp4', { resolve }))).toBe('unreachable');
  });

  it.each(['/silent', '/stalls', '/endless'])('ends %s when told, with the reason that was given', async (path) => {
    const controller = new AbortController();
    const fetching = get(path, { maxBytes: 1e12 }, controller.signal);
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('stop'));
    await expect(fetching).rejects.toThrow('stop');
    await expect(get(path, {}, controller.signal)).rejects.toThrow('stop');
    expect(seen).toHaveLength(1);
  });

  it("passes the reader's own failure on and closes the connection", async () => {
    const fails = () => Promise.reject(new Error('the disk is full'));
    await expect(get('/endless', { maxBytes: 1e12 }, never, fails)).rejects.toThrow('the disk is full');
  });
});
