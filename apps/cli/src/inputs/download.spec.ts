import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FetchMediaSettings } from '@assay/fetch-media';
import { download } from './download';

/**
 * Invariants: a private or reserved address is never connected to, however it is written, resolved or redirected to;
 * what is fetched is bounded; every end is typed.
 */
describe('download', () => {
  let folder: string;
  let server: http.Server;
  let port: number;
  let seen: string[];
  let toFile: string;
  let files = 0;
  const never = new AbortController().signal;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-download-'));
    server = http.createServer((request, response) => {
      const path = request.url ?? '';
      seen.push(path);
      if (path === '/clip.mp4') return response.end('0123456789');
      if (path === '/missing') return response.writeHead(404).end('nothing here');
      if (path === '/endless') {
        response.on('error', () => undefined);
        const more = (): void =>
          void (response.destroyed || response.write('x'.repeat(4096), () => setImmediate(more)));
        return more();
      }
      if (path === '/cut') {
        response.writeHead(200, { 'content-length': '100' }).write('short');
        return setImmediate(() => response.destroy());
      }
      if (path === '/silent') return undefined;
      const hops = /^\/hops\/(\d+)$/.exec(path)?.[1];
      if (hops) return response.writeHead(302, { location: hops === '1' ? '/clip.mp4' : `${Number(hops) - 1}` }).end();
      const target = new URL(path, 'http://x').searchParams.get('to');
      return response.writeHead(302, { location: target ?? '/' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    seen = [];
    toFile = join(folder, `file-${(files += 1)}`);
  });

  /** Lets exactly our own server through; everything else is judged as in the product. */
  const throughHere = (): FetchMediaSettings => ({
    maxBytes: 1000,
    isAllowed: (address, to) => address === '127.0.0.1' && to === port,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const asProduct: FetchMediaSettings = { maxBytes: 1000 };
  const codeOf = async (url: string, options = throughHere()): Promise<string> => {
    const outcome = await download(url, toFile, options, never);
    return outcome.ok ? 'accepted' : outcome.rejection.code;
  };

  it('fetches a file', async () => {
    expect(await codeOf(`http://media.example:${port}/clip.mp4`)).toBe('accepted');
    expect(await readFile(toFile, 'utf8')).toBe('0123456789');
  });

  it.each([
    'http://127.0.0.1:PORT/clip.mp4',
    'http://localhost:PORT/clip.mp4',
    'http://[::1]:PORT/clip.mp4',
    'http://[::ffff:127.0.0.1]:PORT/clip.mp4',
    'http://[::ffff:7f00:1]:PORT/clip.mp4',
    'http://2130706433:PORT/clip.mp4',
    'http://0x7f.1:PORT/clip.mp4',
    'http://0177.0.0.1:PORT/clip.mp4',
    'http://0:PORT/clip.mp4',
    'http://10.0.0.1/clip.mp4',
    'http://192.168.0.1/clip.mp4',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/clip.mp4',
    'http://[fd00::1]/clip.mp4',
    'ftp://media.example/clip.mp4',
    'file:///etc/passwd',
    'http://user:secret@media.example/clip.mp4',
    'http://',
  ])('refuses %s as the product does', async (url) => {
    expect(await codeOf(url.replace('PORT', String(port)), asProduct)).toBe('url_refused');
    expect(seen).toEqual([]);
  });

  it('refuses a name when one of its addresses is private', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '::ffff:10.0.0.1', family: 6 },
    ];
    expect(await codeOf('http://rebind.example/clip.mp4', { maxBytes: 1000, resolve })).toBe('url_refused');
  });

  it('asks the name server once, so that a second answer cannot change the target', async () => {
    let asked = 0;
    const options = throughHere();
    options.resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    expect(await codeOf(`http://rebind.example:${port}/clip.mp4`, options)).toBe('accepted');
    expect(asked).toBe(1);
  });

  it.each(['http://169.254.169.254/', 'http://[::1]:1/', 'http://127.0.0.2/', 'file:///etc/passwd'])(
    'checks redirects again: %s',
    async (to) => {
      expect(await codeOf(`http://media.example:${port}/?to=${encodeURIComponent(to)}`)).toBe('url_refused');
    },
  );

  it('follows three redirects and no more', async () => {
    expect(await codeOf(`http://media.example:${port}/hops/3`)).toBe('accepted');
    expect(await codeOf(`http://media.example:${port}/hops/4`)).toBe('url_failed');
  });

  it('stops a body that is larger than allowed, without waiting for its end', async () => {
    expect(await codeOf(`http://media.example:${port}/endless`)).toBe('too_many_bytes');
    expect(await codeOf(`http://media.example:${port}/cut`, { ...throughHere(), maxBytes: 10 })).toBe('too_many_bytes');
  });

  it('types what goes wrong on the way', async () => {
    expect(await codeOf(`http://media.example:${port}/missing`)).toBe('url_failed');
    expect(await codeOf(`http://media.example:${port}/cut`)).toBe('url_failed');
    expect(await codeOf('http://no-such-host.invalid/', asProduct)).toBe('url_failed');
  });

  it('ends when told', async () => {
    const controller = new AbortController();
    const fetching = download(`http://media.example:${port}/silent`, toFile, throughHere(), controller.signal);
    while (!seen.includes('/silent')) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error('stop'));
    await expect(fetching).rejects.toThrow('stop');
    expect(existsSync(toFile)).toBe(false);
  });
});
