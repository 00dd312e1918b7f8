/**
 * `<assay-verdict>` in a page of another origin with a strict content policy, in a real browser. What holds:
 * - one script tag and a document are enough; the policy refuses nothing of it;
 * - what the page sets before the script has run counts;
 * - text of the document never becomes markup;
 * - a moment can be chosen by keyboard, and the page is told;
 * - pictures come with the page's headers, and the suspected area on request;
 * - with signed links pictures need no key, nor a proxy that adds one; links that have expired are replaced;
 * - what people decided, what the file claims, a revision and a mock are said, also of documents that lack some of it;
 * - of many faces the most suspicious come first, and the rest on request;
 * - what is no verdict is said in words.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EvidenceLinks, Verdict } from '@assay/contracts';
import type { Browser, Page } from 'playwright-core';
import { sampleVerdict } from '../../apps/cli/src/testing/sample-verdict';
import { startTestApi, type TestApi } from '../support/api';
import { launchBrowser, runsBrowser, watchedPage } from '../support/browser';

/** A service, a worker and a browser start, on machines that may be busy, ms. */
const startTimeoutMs = 300_000;

const withBrowser = runsBrowser ? describe : describe.skip;

/** 1 x 1 px. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

withBrowser('the widget', () => {
  let api: TestApi;
  let dashboard: Server;
  let address: string;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const asked: { path: string; key: string | undefined }[] = [];
  const hostile = '<img src=x onerror="window.broken = true">';
  const base = sampleVerdict();
  const moments = [0, 1, 2, 3].map((seconds) => ({ seconds, probability: 0.2 * (seconds + 1), faces: 1 }));
  const documents: Record<string, unknown> = {
    '/scans/a/verdict': {
      ...base,
      file: hostile,
      reasons: [{ ...base.reasons[0]!, text: hostile }],
      timeline: moments,
      durationSeconds: 4,
      tracks: base.tracks.map((track) => ({
        ...track,
        evidence: [{ seconds: 1, box: [0, 0, 9, 9], probability: 0.9, crop: 'crop.jpg', overlay: 'overlay.jpg' }],
      })),
    },
    '/scans/b/verdict': { schema: 'assay.verdict/9' },
    '/scans/film/verdict': {
      ...base,
      tracks: Array.from({ length: 8 }, (_, index) => ({
        ...base.tracks[0]!,
        index,
        probability: (index + 1) / 10,
        abstention: index === 7 ? 'too_few_frames' : null,
        startSeconds: index,
        endSeconds: index,
        evidence: [],
      })),
    },
  };

  beforeAll(async () => {
    api = await startTestApi({ ASSAY_MOCK: '1' });
    await api.startWorker();
    dashboard = createServer((request, response) => {
      const path = request.url ?? '/';
      asked.push({ path, key: request.headers['x-api-key'] as string | undefined });
      if (['/', '/early', '/linked'].includes(path)) {
        const pictures = path === '/linked' ? api.url : `'self' blob:`;
        const policy = `default-src 'none'; script-src ${api.url}; connect-src 'self'; img-src ${pictures}`;
        response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
        const script = `<script src="${api.url}/embed/assay-verdict.js"></script>`;
        response.end(`<!doctype html>${path === '/early' ? '' : script}<assay-verdict></assay-verdict>`);
      } else if (path in documents) response.end(JSON.stringify(documents[path]));
      else if (path.includes('/evidence/')) response.writeHead(200, { 'content-type': 'image/gif' }).end(pixel);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => dashboard.listen(0, '127.0.0.1', resolve));
    address = `http://localhost:${(dashboard.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  }, startTimeoutMs);
  afterAll(async () => {
    await browser?.close();
    dashboard?.close();
    dashboard?.closeAllConnections();
    await api?.close();
  });
  beforeEach(async () => {
    asked.length = 0;
    ({ page, complaints } = await watchedPage(browser));
    await page.goto(address);
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const load = (src: string) =>
    page.evaluate((address) => {
      const element = document.querySelector('assay-verdict')!;
      Object.assign(element, { headers: { 'x-api-key': 'secret' } });
      element.setAttribute('src', address);
    }, src);

  it('shows a verdict with its pictures; what the document says stays text', async () => {
    await load('/scans/a/verdict');
    await page.getByText('Likely manipulated').waitFor();
    expect(await page.locator('assay-verdict li').first().textContent()).toBe(hostile);
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    const picture = page.locator('assay-verdict .strip img[src]');
    await picture.evaluate((image: HTMLImageElement) => image.decode());
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
    const overlay = page.waitForResponse('**/overlay.jpg');
    await page.getByRole('button', { name: 'Show suspected area' }).click();
    await overlay;
    await page.getByRole('button', { name: 'Hide suspected area' }).waitFor();
    const paths = asked.filter(({ path }) => path.startsWith('/scans/'));
    expect(paths.map(({ path }) => path)).toEqual([
      '/scans/a/verdict',
      '/scans/a/evidence/crop.jpg',
      '/scans/a/evidence/overlay.jpg',
    ]);
    expect(new Set(paths.map(({ key }) => key))).toEqual(new Set(['secret']));
    expect(await page.locator('assay-verdict').evaluate((e) => getComputedStyle(e).display)).toBe('block');
  });

  it('shows the most suspicious of many faces first, and the others when asked', async () => {
    await load('/scans/film/verdict');
    const more = page.getByRole('button', { name: 'Show 2 more faces' });
    await more.waitFor();
    const names = () => page.locator('assay-verdict .face-name').allTextContents();
    const numbers = async () => (await names()).map((name) => /Face (\d)/.exec(name)?.[1]).join('');
    expect(await numbers()).toBe('765432');
    expect(await page.locator('assay-verdict .face .soft').first().textContent()).toMatch(/^at 6\.0 s · /);
    await more.focus();
    await page.keyboard.press('Enter');
    await more.waitFor({ state: 'detached' });
    expect(await numbers()).toBe('76543218');
    expect((await names()).at(-1)).toMatch(/too few frames to judge by itself \(80\s%\)$/);
    expect(await page.locator('assay-verdict .face:focus .face-name').textContent()).toMatch(/^Face 1:/);
  });

  it('is read and steered by keyboard, and tells the page where to go', async () => {
    await page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(window, { seen });
      document.addEventListener('assay-seek', (event) =>
        seen.push((event as CustomEvent<{ seconds: number }>).detail.seconds),
      );
    });
    await load('/scans/a/verdict');
    const slider = page.getByRole('slider');
    await slider.focus();
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/3\.0 s: 80/);
    for (const key of ['ArrowLeft', 'Home', 'ArrowLeft', 'End']) await page.keyboard.press(key);
    expect(await page.evaluate(() => (window as unknown as { seen: number[] }).seen)).toEqual([2, 0, 0, 3]);
    expect(await slider.getAttribute('aria-label')).toMatch(/Highest 80.* at 3\.0 s/);
  });

  it('takes a document, and the colours of the page', async () => {
    await page.evaluate((verdict) => {
      const element = document.querySelector<HTMLElement>('assay-verdict')!;
      element.style.setProperty('--assay-manipulated', 'rgb(1, 2, 3)');
      Object.assign(element, { verdict });
    }, base);
    const label = page.getByRole('heading', { name: 'Likely manipulated' });
    await label.waitFor();
    expect(await label.evaluate((e) => getComputedStyle(e).color)).toBe('rgb(1, 2, 3)');
  });

  it('takes over what was set before the script has run', async () => {
    await page.goto(`${address}/early`);
    await page.evaluate((verdict) => {
      Object.assign(document.querySelector('assay-verdict')!, { verdict });
      const other = document.createElement('assay-verdict');
      Object.assign(other, { headers: { 'x-api-key': 'secret' } });
      other.setAttribute('src', '/scans/film/verdict');
      document.body.append(other);
    }, base);
    await page.addScriptTag({ url: `${api.url}/embed/assay-verdict.js` });
    await page.getByRole('button', { name: 'Show 2 more faces' }).waitFor();
    expect(asked.filter(({ path }) => path.startsWith('/scans/')).map(({ key }) => key)).toContain('secret');
    expect(asked.filter(({ path, key }) => path.startsWith('/scans/') && key === undefined)).toEqual([]);
    const first = page.locator('assay-verdict').first();
    await first.getByRole('heading', { name: 'Likely manipulated' }).waitFor();
    await first.evaluate((element) => Object.assign(element, { verdict: null }));
    await first.getByText('No verdict yet').waitFor();
  });

  describe('with signed links', () => {
    let verdict: Verdict;
    let links: EvidenceLinks;
    let expired: EvidenceLinks;
    beforeAll(async () => {
      const { id: media } = await api.client.uploadMedia(new Blob(['clip']), { name: 'likely_manipulated.mp4' });
      const { id: scan } = await api.client.createScan({ media });
      verdict = await api.client.waitForVerdict(scan);
      links = await api.client.evidenceLinks(scan, { expiresInSeconds: 900 });
      expired = await api.client.evidenceLinks(scan, { expiresInSeconds: 1 });
      while ((await fetch(Object.values(expired.links)[0]!)).status === 200) await sleep(50);
    }, startTimeoutMs);
    beforeEach(() => page.goto(`${address}/linked`));
    const picture = () => page.locator('assay-verdict .strip img');
    const loaded = (name: string) =>
      page.waitForFunction((part) => {
        const image = document
          .querySelector('assay-verdict')!
          .shadowRoot!.querySelector<HTMLImageElement>('.strip img');
        return image !== null && image.src.includes(part) && image.complete && image.naturalWidth > 1;
      }, name);

    it('shows pictures without a key and without anything between, by keyboard too', async () => {
      const sent: (string | undefined)[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/evidence/'))
          sent.push(request.headers()['x-api-key'], request.headers()['referer']);
      });
      await page.evaluate((given) => Object.assign(document.querySelector('assay-verdict')!, given), {
        verdict,
        links,
        headers: { 'x-api-key': 'secret' },
      });
      await loaded('mock-crop.jpg');
      await page.getByRole('button', { name: 'Show suspected area' }).focus();
      await page.keyboard.press('Enter');
      await loaded('mock-overlay.jpg');
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.filter(Boolean)).toEqual([]);
      expect(asked.filter(({ path }) => path.includes('evidence'))).toEqual([]);
      expect(await page.locator('assay-verdict .pill.mock').innerText()).toMatch(/Mock$/);
    });

    it('asks for new ones where they have expired, and takes them whenever the page has them', async () => {
      await page.evaluate(
        ({ verdict, answers }) => {
          const calls: number[] = [];
          const links = () => answers[Math.min(calls.push(0), answers.length) - 1];
          Object.assign(window, { calls });
          Object.assign(document.querySelector('assay-verdict')!, { verdict, links });
        },
        { verdict, answers: [expired, links] },
      );
      await loaded(new URL(links.links['mock-crop.jpg']!).search);
      await page.getByRole('button', { name: 'Show suspected area' }).click();
      await loaded('mock-overlay.jpg');
      expect(await page.evaluate(() => (window as unknown as { calls: number[] }).calls.length)).toBe(2);
      await page.evaluate((links) => Object.assign(document.querySelector('assay-verdict')!, { links }), expired);
      await picture().and(page.locator('[src*="expires"]')).waitFor();
      await page.evaluate((links) => Object.assign(document.querySelector('assay-verdict')!, { links }), links);
      await loaded('mock-crop.jpg');
    });
  });

  describe('what stands beside the measurement', () => {
    const show = async (verdict: unknown) => {
      await page.evaluate(
        (given) => Object.assign(document.querySelector('assay-verdict')!, { verdict: given }),
        verdict,
      );
      return page.locator('assay-verdict article').innerText();
    };
    const text = 'This is the same file as one that Ada has confirmed as authentic (2026-01-02).';
    const match = {
      source: { kind: 'media', media: 'b'.repeat(64), scan: null },
      scope: 'default',
      relation: 'same_bytes',
      distance: 0,
      matchedShare: 1,
      framesCompared: 0,
      coverage: { scanned: 1, known: 1 },
      offsetSeconds: 0,
      verdict: 'likely_manipulated',
      probability: 0.9,
      decision: { label: 'confirmed_authentic', by: 'Ada', at: '2026-01-02T03:04:05.000Z', decision: null },
    };
    const inherited = { label: 'confirmed_authentic', by: 'Ada', at: '2026-01-02T03:04:05.000Z', match: 0 };
    const revision = { number: 3, at: '2026-01-02T03:04:05.000Z', reason: 'A decision was taken.' };

    it('what people decided, what the file claims, and which revision it is', async () => {
      const knownMedia = { matches: [match], inherited, text };
      const words = await show({ ...base, knownMedia, revision });
      expect(words).toContain(`Confirmed authentic, inherited ${text}`);
      expect(words).toContain('Content Credentials: Not checked.');
      expect(words).toMatch(/Revision 3, .*2026.*: A decision was taken\./);
      expect(words).not.toContain('Mock');
      const color = page.locator('assay-verdict').getByText('Confirmed authentic');
      await page
        .locator('assay-verdict')
        .evaluate((e: HTMLElement) => e.style.setProperty('--assay-authentic', 'rgb(1, 2, 3)'));
      expect(await color.evaluate((e) => getComputedStyle(e).color)).toBe('rgb(1, 2, 3)');
      expect(await show({ ...base, knownMedia: { ...knownMedia, inherited: null } })).not.toContain('inherited');
      const none = await show({
        ...base,
        knownMedia: { matches: [], inherited: null, text: 'Nothing like it is known.' },
      });
      expect(none).not.toContain('Nothing like it');
    });

    it('a mock, whatever it says', async () => {
      const { verdict: label, rejection } = {
        verdict: 'rejected',
        rejection: { code: 'too_long', message: 'It is too long.' },
      };
      const words = await show({
        ...base,
        mock: true,
        verdict: label,
        probability: null,
        interval: null,
        rejection,
        tracks: [],
      });
      expect(words).toContain('Could not be scanned');
      expect(words).toContain('Mock Made up by a service in mock mode: nothing was looked at.');
    });

    it('nothing of what a document of an earlier version lacks', async () => {
      const without = (document: object, ...names: string[]) =>
        Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));
      const older = without(base, 'knownMedia');
      const provenance = without(base.provenance, 'credentials', 'contentCredentialsNotChecked');
      expect(await show({ ...older, provenance })).toContain('Content Credentials: Not checked.');
      expect(await show(without(older, 'provenance'))).toContain('Likely manipulated');
    });
  });

  it('says what is wrong with a document that it cannot read, and with one that is not there', async () => {
    await load('/scans/b/verdict');
    await page.getByRole('alert').filter({ hasText: 'no document of the kind assay.verdict/1' }).waitFor();
    await load('/scans/none/verdict');
    await page.getByRole('alert').filter({ hasText: 'HTTP 404' }).waitFor();
  });
});
