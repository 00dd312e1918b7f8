/**
 * Links to evidence that work without a key, over HTTP with two replicas on one store and Redis. What holds:
 * - there is one for each artefact of the verdict; it opens that artefact, until it expires, on every replica and after a restart;
 * - one that was altered in any part is 403, one that is over 410, and neither opens anything else of the API;
 * - a deletion ends links at once; another tenant can make none;
 * - a signature is in no log line, span, metric, audit entry, nor anywhere in the store or Redis;
 * - requests by a link are counted for themselves;
 * - pages of other origins can show what a link opens.
 */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApi } from '@assay/api';
import type { EvidenceLinks } from '@assay/contracts';
import { createLog, keys, loadConfig } from '@assay/pipeline';
import { createFolderStore, createS3Store } from '@assay/storage';
import { routePermissions } from '../../apps/api/src/auth/permissions';
import { sampleVerdict } from '../../apps/cli/src/testing/sample-verdict';
import { startTestApi, type TestApi } from '../support/api';
import { launchBrowser, runsBrowser, watchedPage } from '../support/browser';
import { startOtlpReceiver } from '../support/otlp-receiver';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3 } from '../support/s3';
import { tracesOf } from '../support/traces';

jest.setTimeout(240_000);

const never = new AbortController().signal;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_MOCK: '1' });
  await api.startWorker();
});
afterAll(() => api?.close());

async function scanned(name: string, of = api): Promise<{ scan: string; media: string }> {
  const { id: media } = await of.client.uploadMedia(new Blob([name]), { name });
  const { id: scan } = await of.client.createScan({ media });
  await of.client.waitForVerdict(scan);
  return { scan, media };
}
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  api.ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const newKey = async (tenant: string, role: string): Promise<string> => {
  const made = await post('/v1/keys', { name: 'test', tenant, roles: [role] });
  return ((await made.json()) as { key: string }).key;
};
const codeOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { type: string }).type.split(':').pop(),
];
const invalid = [403, 'link-invalid'];
const signatureOf = (url: string): string => new URL(url).searchParams.get('signature') ?? '';

describe('a link', () => {
  let scan: string;
  let links: Record<string, string>;
  const crop = () => links['mock-crop.jpg'] ?? '';
  beforeAll(async () => {
    ({ scan } = await scanned('likely_manipulated.mp4'));
    ({ links } = await api.client.evidenceLinks(scan));
  });

  it('is there for each artefact of the verdict, and opens it without a key', async () => {
    const { timelinePlot, tracks } = await api.client.getVerdict(scan);
    const { crop: name, overlay } = tracks[0]!.evidence[0]!;
    expect(Object.keys(links).sort()).toEqual([name, overlay, timelinePlot].sort());
    for (const [name, url] of Object.entries(links)) {
      const [linked, keyed] = [await fetch(url), await api.ask(`/v1/scans/${scan}/evidence/${name}`)];
      expect([linked.status, await linked.bytes()]).toEqual([200, await keyed.bytes()]);
      const header = (name: string) => linked.headers.get(name);
      expect(header('content-type')).toBe(keyed.headers.get('content-type'));
      expect(Number(/^private, max-age=(\d+)$/.exec(header('cache-control') ?? '')?.[1])).toBeLessThanOrEqual(301);
      expect(header('referrer-policy')).toBe('no-referrer');
      expect(header('x-content-type-options')).toBe('nosniff');
      expect(header('content-disposition')).toBe(`inline; filename="${name}"`);
      expect(header('content-security-policy')).toContain('sandbox');
      expect(header('cross-origin-resource-policy')).toBe('cross-origin');
      expect(keyed.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      // Without a word on caching, fetch would add `no-cache`, which asks for the whole answer.
      const again = { 'if-none-match': header('etag') ?? '', 'cache-control': 'max-age=0' };
      expect((await fetch(url, { headers: again })).status).toBe(304);
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    }
  });

  it('lives as long as it was asked to, at most 15 minutes', async () => {
    const before = Date.now();
    const { expiresAt } = await api.client.evidenceLinks(scan, { expiresInSeconds: 900 });
    expect(Date.parse(expiresAt)).toBeGreaterThanOrEqual(before + 900_000);
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 901_000);
    for (const expiresInSeconds of [0, 901, 1.5, '60', null]) {
      const refused = await post(`/v1/scans/${scan}/evidence-links`, { expiresInSeconds });
      expect([expiresInSeconds, ...(await codeOf(refused))]).toEqual([expiresInSeconds, 400, 'invalid-request']);
    }
    const bare = await api.ask(`/v1/scans/${scan}/evidence-links`, { method: 'POST' });
    expect(Date.parse(((await bare.json()) as EvidenceLinks).expiresAt)).toBeGreaterThanOrEqual(before + 300_000);
    const short = (await api.client.evidenceLinks(scan, { expiresInSeconds: 1 })).links['mock-crop.jpg']!;
    let over = await fetch(short);
    for (; over.status === 200; over = await fetch(short)) {
      expect(Number(/max-age=(\d+)/.exec(over.headers.get('cache-control') ?? '')?.[1])).toBeLessThanOrEqual(2);
      await sleep(50);
    }
    expect(await codeOf(over)).toEqual([410, 'link-expired']);
    const kept = { 'if-none-match': over.headers.get('etag') ?? '*', 'cache-control': 'max-age=0' };
    expect((await fetch(short, { headers: kept })).status).toBe(410);
  });

  it('opens nothing when any part of it was altered', async () => {
    const other = await scanned('likely_authentic.mp4');
    await newKey('acme', 'viewer');
    const altered = (change: (url: URL) => void) => {
      const url = new URL(crop());
      change(url);
      return fetch(url);
    };
    const set = (name: string, value: string) => altered(({ searchParams }) => searchParams.set(name, value));
    const { searchParams: given } = new URL(crop());
    const signature = signatureOf(crop());
    const changed = (at: number) =>
      signature.slice(0, at) + (signature[at] === 'A' ? 'B' : 'A') + signature.slice(at + 1);
    // Other ways to write the same bytes in base64url.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const lasts = [...alphabet]
      .filter((last) => last !== signature.at(-1))
      .map((last) => signature.slice(0, -1) + last);
    const refusals = [
      ...[0, 20, 42].map((at) => set('signature', changed(at))),
      ...lasts.map((text) => set('signature', text)),
      set('signature', ''),
      set('signature', `${signature}=`),
      set('signature', signature.slice(0, -1)),
      set('expires', String(Number(given.get('expires')) + 1)),
      set('expires', `0${given.get('expires')}`),
      set('expires', '1e11'),
      set('tenant', 'acme'),
      set('tenant', 'default.'),
      ...['tenant', 'expires'].map((name) => altered(({ searchParams }) => searchParams.delete(name))),
      altered(({ searchParams }) => searchParams.append('expires', '9999999999')),
      altered(({ searchParams }) => searchParams.append('signature', signature)),
      altered((url) => (url.pathname = url.pathname.replace('mock-crop.jpg', 'mock-overlay.jpg'))),
      altered((url) => (url.pathname = url.pathname.replace('mock-crop.jpg', 'none.jpg'))),
      altered((url) => (url.pathname = url.pathname.replace(scan, other.scan))),
      altered((url) => (url.pathname = url.pathname.replace('mock-crop', 'mock%2Dcrop'))),
    ];
    for (const refused of await Promise.all(refusals)) expect(await codeOf(refused)).toEqual(invalid);
    const unsigned = await altered(({ searchParams }) => searchParams.delete('signature'));
    expect(await codeOf(unsigned)).toEqual([401, 'unauthorized']);
    expect((await altered(({ searchParams }) => searchParams.set('utm_source', 'mail'))).status).toBe(200);
    // It is the link that is judged, also where somebody has a key.
    expect(await codeOf(await fetch(`${crop().slice(0, -1)}!`, { headers: { 'x-api-key': api.key } }))).toEqual(
      invalid,
    );
  });

  it('opens no other route', async () => {
    const objects: Record<string, string> = { scan, name: 'mock-crop.jpg', revision: '1', media: 'a'.repeat(64) };
    const { search } = new URL(crop());
    for (const route of Object.keys(routePermissions)) {
      const [method = '', template = ''] = route.split(' ');
      const path = template.replace(/:([a-z]+)/g, (_all, name: string) => objects[name] ?? 'x');
      const { status } = await fetch(api.url + path + search, { method, headers: { 'tus-resumable': '1.0.0' } });
      expect([route, status]).toEqual([route, route === 'GET /v1/scans/:scan/evidence/:name' ? 200 : 401]);
    }
  });

  it('is made for scans of the own tenant that have a verdict', async () => {
    const path = `/v1/scans/${scan}/evidence-links`;
    const ask = (key: string) => fetch(api.url + path, { method: 'POST', headers: { 'x-api-key': key } });
    expect(await codeOf(await ask(await newKey('acme', 'admin')))).toEqual([404, 'scan-not-found']);
    expect(await codeOf(await ask(await newKey('default', 'auditor')))).toEqual([403, 'forbidden']);
    expect((await ask(await newKey('default', 'viewer'))).status).toBe(200);
    const { scan: rejected } = await scanned('rejected_too_long.mp4');
    expect((await api.client.evidenceLinks(rejected)).links).toEqual({});
    const { id: media } = await api.client.uploadMedia(new Blob(['slow']), { name: 'slow_600.mp4' });
    const { id: slow } = await api.client.createScan({ media });
    await expect(api.client.evidenceLinks(slow)).rejects.toMatchObject({ code: 'verdict-not-ready' });
    await api.client.cancelScan(slow);
  });

  it('ends when what it opens is deleted', async () => {
    const { scan, media } = await scanned('inconclusive.mp4');
    const url = (await api.client.evidenceLinks(scan)).links['timeline.svg']!;
    expect((await fetch(url)).status).toBe(200);
    await api.client.deleteMedia(media);
    expect(await codeOf(await fetch(url))).toEqual([404, 'evidence-not-found']);
    await expect(api.client.evidenceLinks(scan)).rejects.toMatchObject({ code: 'scan-not-found' });
  });

  it('leads to where the request went, by the protocol that was spoken there', async () => {
    const origin = (headers: Record<string, string>) =>
      new Promise<string>((resolve, reject) => {
        const asked = request(`${api.url}/v1/scans/${scan}/evidence-links`, {
          method: 'POST',
          headers: { 'x-api-key': api.key, ...headers },
        });
        asked.once('error', reject).once('response', (answer) => {
          let text = '';
          answer.on('data', (part: Buffer) => (text += part.toString()));
          answer.once('end', () => {
            const url = (JSON.parse(text) as EvidenceLinks).links?.['mock-crop.jpg'];
            resolve(url ? new URL(url).origin : String(answer.statusCode));
          });
        });
        asked.end();
      });
    expect(await origin({})).toBe(api.url);
    expect(await origin({ host: 'assay.example', 'x-forwarded-proto': 'https, http' })).toBe('https://assay.example');
    expect(await origin({ host: 'assay.example:8443', 'x-forwarded-proto': 'javascript' })).toBe(
      'http://assay.example:8443',
    );
    expect(await origin({ host: 'a b' })).toBe('400');
  });

  it('is another one each time, also for the same Idempotency-Key, and is kept nowhere', async () => {
    const ask = () => post(`/v1/scans/${scan}/evidence-links`, {}, { 'idempotency-key': 'links' });
    const first = await ask();
    expect(first.headers.get('cache-control')).toBe('no-store');
    const { links: made } = (await first.json()) as EvidenceLinks;
    const again = await ask();
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null]);
    const signatures = Object.values(made).map(signatureOf);
    await Promise.all(Object.values(made).map((url) => fetch(url)));
    const store = createFolderStore({ root: join(api.dataDir, 'mock/store') });
    expect(await tracesOf(signatures, { store, redisPath: api.redisPath })).toEqual([]);
    await store.close();
  });

  (runsBrowser ? it : it.skip)('shows its picture in a page of another origin', async () => {
    const dashboard = createServer((_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/html',
        'content-security-policy': `default-src 'none'; img-src ${api.url}`,
        // The strictest that a page can ask of what it shows.
        'cross-origin-embedder-policy': 'require-corp',
      });
      response.end(
        `<!doctype html>${Object.values(links).map((url) => `<img src="${url.replaceAll('&', '&amp;')}">`)}`,
      );
    });
    await new Promise<void>((resolve) => dashboard.listen(0, '127.0.0.1', resolve));
    const browser = await launchBrowser();
    try {
      const { page, complaints } = await watchedPage(browser);
      await page.goto(`http://localhost:${(dashboard.address() as AddressInfo).port}`);
      const widths = () => page.locator('img').evaluateAll((all: HTMLImageElement[]) => all.map((i) => i.naturalWidth));
      expect((await widths()).filter((width) => width > 0)).toHaveLength(Object.keys(links).length);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      dashboard.close();
    }
  });
});

describe('another replica', () => {
  const perMinute = 10;
  const lines: string[] = [];
  let scan: string;

  it('opens the links of the first, tells nobody of them, and counts them for themselves', async () => {
    ({ scan } = await scanned('likely_manipulated.mp4', api));
    const collector = await startOtlpReceiver();
    process.env['OTEL_BSP_SCHEDULE_DELAY'] = '200';
    const config = loadConfig({
      ASSAY_MOCK: '1',
      ASSAY_DATA_DIR: api.dataDir,
      REDIS_URL: api.redisPath,
      ASSAY_PORT: '0',
      ASSAY_PUBLIC_URL: 'https://assay.example/forgeries/',
      ASSAY_RATE_PER_MINUTE: String(perMinute),
      ASSAY_TENANT_RATE_PER_MINUTE: String(4 * perMinute),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    const log = createLog({ level: 'trace', service: 'api', to: { write: (line) => void lines.push(line) } });
    const second = await startApi(config, log);
    try {
      const { links } = await api.client.evidenceLinks(scan);
      const there = (url: string) => second.url + new URL(url).pathname + new URL(url).search;
      const crop = there(links['mock-crop.jpg']!);
      const first = await fetch(crop);
      expect(first.status).toBe(200);
      expect(first.headers.get('ratelimit')).toMatch(/^"key";r=9;t=\d+, "tenant";r=39;t=\d+$/);
      const denied = await fetch(crop.replace(/signature=/, 'signature=A'), {
        headers: { 'x-request-id': 'denied-link' },
      });
      expect(await codeOf(denied)).toEqual(invalid);

      const made = await fetch(`${second.url}/v1/scans/${scan}/evidence-links`, {
        method: 'POST',
        headers: { 'x-api-key': api.key },
      });
      const ofSecond = ((await made.json()) as EvidenceLinks).links['mock-crop.jpg']!;
      expect(ofSecond.startsWith(`https://assay.example/forgeries/v1/scans/${scan}/evidence/mock-crop.jpg?`)).toBe(
        true,
      );
      expect(
        (await fetch(api.url + new URL(ofSecond).pathname.replace('/forgeries', '') + new URL(ofSecond).search)).status,
      ).toBe(200);

      const flood = await Promise.all(Array.from({ length: 3 * perMinute }, () => fetch(crop)));
      // A window may end meanwhile, once.
      expect(flood.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(perMinute);
      expect((await fetch(there(links['timeline.svg']!))).status).toBe(200);
      const keyed = await fetch(`${second.url}/v1/scans/${scan}`, { headers: { 'x-api-key': api.key } });
      expect([keyed.status, keyed.headers.get('ratelimit')]).toEqual([200, expect.stringMatching(/"tenant";r=3\d;/)]);

      const metrics = await fetch(`${second.url}/metrics`, { headers: { 'x-api-key': api.key } });
      const secrets = [...Object.values(links), ofSecond].map(signatureOf);
      const span = await collector.until(({ attributes }) => attributes['http.response.status_code'] === 403);
      expect(span.name).toMatch(/^GET /);
      const told = [await metrics.text(), JSON.stringify(collector.spans), ...lines];
      expect(lines.filter((line) => line.includes('/v1/scans/:scan/evidence/:name')).length).toBeGreaterThan(0);
      expect(secrets.filter((secret) => told.some((text) => text.includes(secret)))).toEqual([]);

      const entries = async () => {
        const list = (await (await api.ask('/v1/audit?limit=100')).json()) as { entries: Record<string, unknown>[] };
        return list.entries.filter(({ requestId }) => requestId === 'denied-link');
      };
      // Written beside the answer.
      while ((await entries()).length === 0) await sleep(50);
      expect(await entries()).toMatchObject([
        { actor: null, outcome: 'denied', status: 403, object: { scan, name: 'mock-crop.jpg' } },
      ]);
      expect(JSON.stringify(await entries())).not.toContain('signature');
    } finally {
      await second.close();
      await collector.close();
    }
  });

  it('opens them after a restart', async () => {
    const { links } = await api.client.evidenceLinks(scan);
    const settings = { ASSAY_MOCK: '1', ASSAY_DATA_DIR: api.dataDir, REDIS_URL: api.redisPath, ASSAY_PORT: '0' };
    const later = await startApi(loadConfig(settings), createLog({ level: 'silent', service: 'api' }));
    try {
      const { pathname, search } = new URL(links['timeline.svg']!);
      expect((await fetch(later.url + pathname + search)).status).toBe(200);
    } finally {
      await later.close();
    }
  });
});

describeWithS3('with a store of S3', () => {
  it(
    'links open what lies there, and end with it',
    async () => {
      const s3 = await startS3();
      const onS3 = await startTestApi(s3Settings(s3));
      const store = createS3Store(s3);
      try {
        const { id: media } = await onS3.client.uploadMedia(new Blob(['clip']), { name: 'a.mp4' });
        const { id: scan } = await onS3.client.createScan({ media });
        // As a worker leaves them; none runs here.
        const verdict = sampleVerdict({ scan, media });
        const { crop, overlay } = verdict.tracks[0]!.evidence[0]!;
        const put = (key: string, body: string) => store.put(key, body, { contentType: 'image/jpeg' }, never);
        for (const name of [crop, 'not-named.jpg', verdict.timelinePlot!]) await put(keys.evidence(scan, name), name);
        await put(keys.verdict(scan), JSON.stringify(verdict));
        const { links } = await onS3.client.evidenceLinks(scan);
        // Neither what the verdict does not name, nor what is not there.
        expect(Object.keys(links).sort()).toEqual([crop, verdict.timelinePlot].sort());
        expect(links[overlay!]).toBeUndefined();
        for (const [name, url] of Object.entries(links)) expect(await (await fetch(url)).text()).toBe(name);
        await onS3.client.deleteMedia(media);
        for (const url of Object.values(links)) expect((await fetch(url)).status).toBe(404);
      } finally {
        await store.close();
        await onS3.close();
        await s3.close();
      }
    },
    s3StartTimeoutMs + 120_000,
  );
});
