import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { FetchMediaError } from './fetch-media-error';
import { assertMayPost, postMessage, type PostSettings } from './post-message';
import { listen, listenRaw, type TestServer } from './testing/test-server';

/**
 * 1. The message arrives as it was given, and the status is what comes back, redirects included.
 * 2. No address, name or redirect makes this process connect to what is not public and not allowed by the operator.
 * 3. Outside of the operator's networks only https is used.
 * 4. The exchange ends in its time whatever the server does; an endless answer is not read.
 */
const never = new AbortController().signal;
const local: PostSettings = { privateNetworks: ['127.0.0.0/8'], timeoutMs: 5_000 };
const message = { headers: { 'content-type': 'application/json', 'x-one': '1' }, body: Buffer.from('{"a":"ü"}') };
const servers: TestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const start = async (handler: http.RequestListener): Promise<string> => {
  const server = await listen(handler);
  servers.push(server);
  return `http://127.0.0.1:${server.port}/hook?x=1`;
};
const post = (url: string, settings: Partial<PostSettings> = {}, signal = never) =>
  postMessage(url, message, { ...local, ...settings }, signal);
const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FetchMediaError)) throw error;
  return error.code;
};

it('delivers the message and gives back the status', async () => {
  const seen: unknown[] = [];
  const url = await start(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { 'content-type': type, 'x-one': one, host } = request.headers;
    seen.push([request.method, request.url, type, one, host, Buffer.concat(chunks).toString()]);
    response.writeHead(503, { 'retry-after': '7' }).end('later');
  });
  expect(await post(url)).toEqual({ status: 503, retryAfter: '7' });
  expect(seen).toEqual([['POST', '/hook?x=1', 'application/json', '1', new URL(url).host, '{"a":"ü"}']]);
});

it('does not follow a redirect', async () => {
  let reached = 0;
  const trap = await start((_request, response) => ((reached += 1), response.end()));
  const url = await start((_request, response) => response.writeHead(307, { location: trap }).end());
  expect(await post(url)).toEqual({ status: 307, retryAfter: null });
  expect(reached).toBe(0);
});

it('connects to no address that is neither public nor allowed', async () => {
  const server = await listen((_request, response) => response.end());
  servers.push(server);
  const connect = jest.spyOn(net.Socket.prototype, 'connect');
  const named = { resolve: async () => [{ address: '127.0.0.1', family: 4 }] };
  const mixed = { resolve: async () => [{ address: '93.184.215.14', family: 4 }, ...(await named.resolve())] };
  try {
    for (const [host, settings] of [
      [`127.0.0.1:${server.port}`, {}],
      [`[::1]:${server.port}`, {}],
      ['169.254.169.254', {}],
      ['10.0.0.1', { privateNetworks: ['10.1.0.0/16'] }],
      ['hooks.example', named],
      ['hooks.example', mixed],
      [`127.0.0.1:${server.port}`, { ...local, ports: [443] }],
      [`127.0.0.1:25`, local],
    ] as const) {
      for (const scheme of ['http', 'https']) {
        const url = `${scheme}://${host}/`;
        const rules: PostSettings = { timeoutMs: 5_000, ...settings };
        expect([url, await refusalOf(postMessage(url, message, rules, never))]).toEqual([url, 'not_allowed']);
        expect([url, await refusalOf(assertMayPost(url, rules, never))]).toEqual([url, 'not_allowed']);
      }
    }
    expect(connect).not.toHaveBeenCalled();
    expect(server.connections()).toBe(0);
  } finally {
    connect.mockRestore();
  }
});

it('uses http in allowed networks alone', async () => {
  const publicName = { resolve: async () => [{ address: '93.184.215.14', family: 4 }] };
  expect(await refusalOf(assertMayPost('http://hooks.example/', { ...local, ...publicName }, never))).toBe(
    'not_allowed',
  );
  await assertMayPost('https://hooks.example/', publicName, never);
  await assertMayPost('http://127.0.0.1:8080/', local, never);
  for (const url of ['ftp://hooks.example/', 'https://user:secret@hooks.example/', 'hooks'])
    expect([url, await refusalOf(assertMayPost(url, publicName, never))]).toEqual([url, 'not_allowed']);
});

it('a name without an address may be given one later', async () => {
  const resolve = () => Promise.reject(new Error('ENOTFOUND'));
  await assertMayPost('https://hooks.example/', { resolve }, never);
  expect(await refusalOf(post('https://hooks.example/', { resolve }))).toBe('unreachable');
});

it('gives up in time on a server that is silent, and on a name that is not resolved', async () => {
  const url = await start(() => undefined);
  expect(await refusalOf(post(url, { timeoutMs: 100 }))).toBe('timeout');
  const resolve = () => new Promise<never>(() => undefined);
  expect(await refusalOf(post('https://hooks.example/', { resolve, timeoutMs: 100 }))).toBe('timeout');
});

it('takes the status of an endless answer, and closes the connection', async () => {
  let closed: Promise<unknown> | null = null;
  const url = await start((_request, response) => {
    closed = once(response, 'close');
    const more = () => void (response.destroyed || response.write(Buffer.alloc(16_384), more));
    response.writeHead(200);
    more();
  });
  expect(await post(url)).toEqual({ status: 200, retryAfter: null });
  await closed;
});

it('says unreachable of a refused connection and of what is no HTTP', async () => {
  const server = await listenRaw((socket) => socket.end('SSH-2.0\r\n'));
  servers.push(server);
  expect(await refusalOf(post(`http://127.0.0.1:${server.port}/`))).toBe('unreachable');
  expect(await refusalOf(post('http://127.0.0.1:1023/'))).toBe('unreachable');
});

it("ends with the caller's own reason", async () => {
  const url = await start(() => undefined);
  const reason = new Error('stopping');
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 50);
  await expect(post(url, {}, stop.signal)).rejects.toBe(reason);
});
