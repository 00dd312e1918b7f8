/**
 * Pages of other origins (CORS). What holds:
 * - a page of an origin that is listed, in a real browser, uploads with the client, goes on after it was closed, waits for the
 *   verdict, shows it with `<assay-verdict src>`, and can read refusals;
 * - a page of any other origin gets nothing but what is public; nothing that it sends is taken in;
 * - a preflight is answered before anyone asks for a key; every answer, refusals included, says whom it is for;
 * - without the setting the API is for its own pages alone.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AssayClient } from '@assay/client';
import type { UploadRecord } from '@assay/contracts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../support/api';
import { launchBrowser, runsBrowser } from '../support/browser';
import { clientBundle } from '../support/client-bundle';

/** A browser and a worker start here, on machines that may be busy. */
jest.setTimeout(480_000);

const withBrowser = runsBrowser ? describe : describe.skip;
const listed = 'https://app.example';

describe('headers', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({
      ASSAY_CORS_ORIGINS: `${listed}, http://localhost:5173`,
      ASSAY_MAX_BYTES: '1000',
      ASSAY_MOCK: '1',
      ASSAY_TENANT_RATE_PER_MINUTE: '20',
    });
  });
  afterAll(() => api?.close());

  const from = (origin: string, path: string, init: RequestInit = {}) =>
    fetch(api.url + path, { ...init, headers: { ...init.headers, origin } });
  const named = (response: Response, name: string): string[] =>
    (response.headers.get(name) ?? '').split(/, ?/).map((one) => one.toLowerCase());

  it.each([
    ['PATCH', `/v1/uploads/${'0'.repeat(32)}`, ['authorization', 'tus-resumable', 'upload-offset', 'content-type']],
    ['HEAD', `/v1/uploads/${'0'.repeat(32)}`, ['x-api-key', 'tus-resumable']],
    ['POST', '/v1/uploads', ['upload-length', 'upload-metadata', 'upload-checksum', 'idempotency-key']],
    ['POST', '/v1/media', ['assay-subject', 'x-file-name', 'x-request-id']],
    ['DELETE', '/v1/nothing', ['authorization']],
    ['PUT', '/v1/retention', ['content-type']],
  ])('a preflight for %s %s is answered without a key', async (method, path, headers) => {
    const asked = {
      'access-control-request-method': method,
      'access-control-request-headers': headers.join(','),
    };
    const answer = await from(listed, path, { method: 'OPTIONS', headers: asked });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, listed]);
    expect(named(answer, 'access-control-allow-methods')).toContain(method.toLowerCase());
    expect(named(answer, 'access-control-allow-headers')).toEqual(expect.arrayContaining(headers));
    expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(0);
    expect([named(answer, 'vary').includes('origin'), answer.headers.get('access-control-allow-credentials')]).toEqual([
      true,
      null,
    ]);
    for (const other of ['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null']) {
      const refused = await from(other, path, { method: 'OPTIONS', headers: asked });
      expect([other, refused.headers.get('access-control-allow-origin')]).toEqual([other, null]);
      expect(named(refused, 'vary')).toContain('origin');
    }
  });

  it('OPTIONS of tus is still asked with a key, and can be read', async () => {
    expect((await from(listed, '/v1/uploads', { method: 'OPTIONS' })).status).toBe(401);
    const answer = await from(listed, '/v1/uploads', { method: 'OPTIONS', headers: { 'x-api-key': api.key } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, listed]);
    expect(answer.headers.get('tus-extension')).toContain('creation');
    expect(named(answer, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining(['tus-extension', 'tus-max-size', 'tus-checksum-algorithm', 'upload-offset', 'location']),
    );
  });

  it('refusals can be read by a page that is listed, and by no other', async () => {
    const key = { 'x-api-key': api.key };
    const video = { 'content-type': 'video/mp4' };
    const refusals: [number, string, RequestInit][] = [
      [401, '/v1/scans', {}],
      [400, '/v1/scans?limit=x', { headers: key }],
      [404, '/v1/nothing', { headers: key }],
      [405, '/v1/scans', { method: 'PUT', headers: key }],
      [413, '/v1/media', { method: 'POST', headers: { ...key, ...video }, body: new Blob([new Uint8Array(100_000)]) }],
      [415, '/v1/media', { method: 'POST', headers: key, body: 'text' }],
      [412, '/v1/uploads', { method: 'POST', headers: key }],
    ];
    for (const [status, path, init] of refusals) {
      const [mine, other] = [await from(listed, path, init), await from('https://evil.example', path, init)];
      expect([mine.status, other.status]).toEqual([status, status]);
      expect([status, mine.headers.get('access-control-allow-origin')]).toEqual([status, listed]);
      expect(named(mine, 'access-control-expose-headers')).toEqual(
        expect.arrayContaining(['retry-after', 'ratelimit', 'ratelimit-policy', 'x-request-id']),
      );
      expect([status, other.headers.get('access-control-allow-origin')]).toEqual([status, null]);
      expect([named(mine, 'vary').includes('origin'), named(other, 'vary').includes('origin')]).toEqual([true, true]);
    }
    let last: Response;
    do last = await from(listed, '/v1/scans', { headers: key });
    while (last.status === 200);
    expect([last.status, last.headers.get('access-control-allow-origin')]).toEqual([429, listed]);
  });

  it.each(['/.well-known/assay-login.json', '/.well-known/assay-keys.json', '/embed/assay-verdict.js'])(
    '%s is for any page, also where no origin is listed',
    async (path) => {
      const answer = await from('https://any.example', path);
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    },
  );
});

it('without the setting there is nothing for pages of other origins but what is public', async () => {
  const api = await startTestApi({ ASSAY_MOCK: '1' });
  try {
    const asked = { origin: listed, 'access-control-request-method': 'GET' };
    const preflight = await fetch(`${api.url}/v1/scans`, { method: 'OPTIONS', headers: asked });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([401, null]);
    const answer = await fetch(`${api.url}/v1/scans`, { headers: { origin: listed, 'x-api-key': api.key } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    const open = await fetch(`${api.url}/.well-known/assay-login.json`, { headers: { origin: listed } });
    expect(open.headers.get('access-control-allow-origin')).toBe('*');
  } finally {
    await api.close();
  }
});

withBrowser('in a browser', () => {
  const bytes = randomBytes(6_000_000);
  const pages: Server[] = [];
  let mine: string;
  let other: string;
  let api: TestApi;
  let browser: Browser;
  let context: BrowserContext;

  /** A server of pages that have the client. @returns its origin */
  async function servePages(script: string): Promise<string> {
    const server = createServer((request, response) => {
      const [type, body] =
        request.url === '/assay.js'
          ? ['text/javascript', script]
          : request.url === '/clip'
            ? ['application/octet-stream', bytes]
            : ['text/html', '<!doctype html><script src="/assay.js"></script>'];
      response.setHeader('content-type', type);
      response.end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    pages.push(server);
    return `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    const script = clientBundle();
    [mine, other] = [await servePages(script), await servePages(script)];
    api = await startTestApi({ ASSAY_CORS_ORIGINS: mine, ASSAY_MOCK: '1' });
    await api.startWorker();
    browser = await launchBrowser();
    context = await browser.newContext();
    context.setDefaultTimeout(0);
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    for (const server of pages) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function open(origin: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    return page;
  }
  /** The same file each time, as a person would choose it. @returns what became of it, or the name of the error */
  const upload = (page: Page) =>
    page.evaluate(
      async ([baseUrl, apiKey]) => {
        const { assay } = globalThis as unknown as { assay: { AssayClient: typeof AssayClient } };
        const bytes = await (await fetch('/clip')).arrayBuffer();
        const file = new File([bytes], 'likely_manipulated.mp4', { type: 'video/mp4', lastModified: 1 });
        const client = new assay.AssayClient({ baseUrl: baseUrl!, apiKey: apiKey!, retries: 0 });
        return client
          .uploadResumable(file, { name: file.name, scan: true, retryDelaysMs: [] })
          .catch((error: Error) => ({ error: error.name, media: null, scan: null }));
      },
      [api.url, api.key],
    );

  it('the client uploads, goes on after the page was closed, waits for the verdict; the element shows it', async () => {
    const first = await open(mine);
    const slow = await context.newCDPSession(first);
    await slow.send('Network.enable');
    const [latency, downloadThroughput, uploadThroughput] = [0, -1, 500_000];
    const begun = first.waitForResponse((answer) => answer.request().method() === 'POST' && answer.status() === 201);
    const throttled = { offline: false, latency, downloadThroughput, uploadThroughput };
    await slow.send('Network.emulateNetworkConditions', throttled);
    const cut = upload(first).catch(() => null);
    const { location = '' } = await (await begun).allHeaders();
    const record = async () => (await (await api.ask(location)).json()) as UploadRecord;
    while ((await record()).offset === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await first.close();
    await cut;
    // The service lets go of an upload once it has seen that its sender is gone; who asks before is told to come again (423).
    const isHeld = async () =>
      (await api.ask(location, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })).status === 423;
    while (await isHeld()) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await record()).toMatchObject({ state: 'receiving' });

    const page = await open(mine);
    const methods: string[] = [];
    page.on('request', (request) => request.url().startsWith(api.url) && methods.push(request.method()));
    const taken = await upload(page);
    expect(taken).toMatchObject({ media: expect.any(String), scan: expect.any(String) });
    const { media, scan } = taken;
    expect(methods.filter((method) => method !== 'OPTIONS')).toEqual(['HEAD', 'PATCH']);
    expect(await record()).toMatchObject({ state: 'taken', media, scan });

    const verdict = await page.evaluate(
      async ([baseUrl, apiKey, id]) => {
        const { assay } = globalThis as unknown as { assay: { AssayClient: typeof AssayClient } };
        const client = new assay.AssayClient({ baseUrl: baseUrl!, apiKey: apiKey! });
        return (await client.waitForVerdict(id!)).verdict;
      },
      [api.url, api.key, scan!],
    );
    expect(verdict).toBe('likely_manipulated');

    const shown = await page.evaluate(
      async ([baseUrl, apiKey, id]) => {
        const script = document.createElement('script');
        script.src = `${baseUrl}/embed/assay-verdict.js`;
        script.crossOrigin = 'anonymous';
        document.head.append(script);
        await new Promise((resolve, reject) => ((script.onload = resolve), (script.onerror = reject)));
        const element = document.createElement('assay-verdict') as HTMLElement & { headers: object };
        element.headers = { 'x-api-key': apiKey };
        const loaded = new Promise<string>((resolve) => {
          element.addEventListener('assay-load', (event) => {
            resolve((event as CustomEvent<{ verdict: string }>).detail.verdict);
          });
          element.addEventListener('assay-error', (event) => {
            resolve((event as CustomEvent<{ message: string }>).detail.message);
          });
        });
        element.setAttribute('src', `${baseUrl}/v1/scans/${id}/verdict`);
        document.body.append(element);
        return loaded;
      },
      [api.url, api.key, scan!],
    );
    expect(shown).toBe('likely_manipulated');
  });

  const read = (page: Page, path: string, headers: Record<string, string> = {}) =>
    page.evaluate(
      async ([url, sent]) => {
        try {
          const answer = await fetch(url, { headers: sent });
          return [answer.status, answer.headers.get('x-request-id') !== null, await answer.text()] as const;
        } catch (error) {
          return [(error as Error).name] as const;
        }
      },
      [api.url + path, headers] as const,
    );

  it('a page that is listed reads why it was refused', async () => {
    const [status, hasId, text] = await read(await open(mine), '/v1/scans', { 'x-api-key': 'wrong' });
    expect([status, hasId, text]).toEqual([401, true, expect.stringContaining('urn:problem-type:assay:unauthorized')]);
  });

  it('a page that is not listed reads what is public and nothing else, and sends nothing', async () => {
    const takenIn = async () => (await api.stored()).filter((key) => /^(media|resumable|uploads)\//.test(key));
    const before = await takenIn();
    const page = await open(other);
    expect((await read(page, '/.well-known/assay-login.json'))[0]).toBe(200);
    expect((await read(page, '/.well-known/assay-keys.json'))[0]).toBe(200);
    expect(await read(page, '/v1/scans', { 'x-api-key': api.key })).toEqual(['TypeError']);
    expect(await read(page, '/v1/health/live')).toEqual(['TypeError']);
    expect(await upload(page)).toEqual({ error: 'AssayUnreachableError', media: null, scan: null });
    expect(await takenIn()).toEqual(before);
  });
});
