/**
 * The page at `/`, in a real browser against the real service. What holds:
 * - the key of the address is taken and does not stay in it, also where the page is open already;
 * - a dropped file becomes a verdict that can be read, with its pictures;
 * - nothing that the page does is refused by its own content policy;
 * - of many faces the most suspicious come first, and the rest on request;
 * - a scan under way can be stopped, and asked for again;
 * - what failed loses nothing: a note stays written, and the list is read again;
 * - the verdict is read out, and the keyboard keeps its place where a button goes away;
 * - a wrong key, a rejected file and a service that is away are said in words.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Verdict } from '@assay/contracts';
import type { Browser, Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../support/api';
import { launchBrowser, runsBrowser, watchedPage } from '../support/browser';
import { faceClip, makeLongFaceClip } from '../support/clips';

const built = existsSync(resolve(__dirname, '../../apps/console/dist/index.html'));
const scanTimeoutMs = 300_000;

const withBrowser = runsBrowser ? describe : describe.skip;

withBrowser('the page', () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    if (!built) throw new Error('The page is not built: npm run build');
    api = await startTestApi();
    await api.startWorker();
    browser = await launchBrowser();
  }, scanTimeoutMs);
  afterAll(async () => {
    await browser?.close();
    await api?.close();
  });
  beforeEach(async () => {
    ({ page, complaints } = await watchedPage(browser));
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const drop = async (name: string, content: Buffer) => {
    const data = await page.evaluateHandle(
      ({ name, base64 }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
        return transfer;
      },
      { name, base64: content.toString('base64') },
    );
    await page.dispatchEvent('.drop', 'drop', { dataTransfer: data });
  };

  it(
    'turns a dropped clip into a verdict',
    async () => {
      await page.goto(`${api.url}/#key=${api.key}`);
      await page.getByText('Drop a video or a picture here').waitFor();
      expect(page.url()).toBe(`${api.url}/`);
      await drop('real-a.mp4', readFileSync(faceClip()));
      const label = page.locator('[data-verdict]');
      await label.waitFor({ timeout: scanTimeoutMs });
      const { scans } = await api.client.listScans();
      expect(await label.getAttribute('data-verdict')).toBe(scans[0]?.verdict);
      expect(await page.locator('.reasons li').count()).toBeGreaterThan(0);
      const crop = page.locator('.strip img').first();
      await crop.evaluate((image) => (image as HTMLImageElement).decode());
      expect(await crop.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
      await page.locator('img.timeline').waitFor();

      // The address names the scan: loading it again shows the same verdict, and the key is still known.
      await page.reload();
      await label.waitFor();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Delete for good' }).click();
      await page.getByText('Drop a video or a picture here').waitFor();
      expect(await api.stored()).toEqual([]);
    },
    scanTimeoutMs,
  );

  it(
    'shows the most suspicious of many faces, and the others when asked',
    async () => {
      const film = (verdict: Verdict): Verdict => ({
        ...verdict,
        tracks: Array.from({ length: 9 }, (_, index) => ({ ...verdict.tracks[0]!, index, probability: index / 10 })),
        reasons: [{ ...verdict.reasons[0]!, track: 0 }],
      });
      await page.route('**/v1/scans/*/verdict', async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: film((await answer.json()) as Verdict) });
      });
      await page.goto(`${api.url}/#key=${api.key}`);
      await drop('film.mp4', readFileSync(faceClip()));
      const more = page.getByRole('button', { name: 'Show 3 more faces' });
      await more.waitFor({ timeout: scanTimeoutMs });
      const numbers = async () =>
        (await page.locator('.face h4').allTextContents()).map((name) => /Face (\d)/.exec(name)?.[1]).join('');
      expect(await numbers()).toBe('987654');
      await more.focus();
      await page.keyboard.press('Enter');
      expect(await numbers()).toBe('987654321');
      expect(await page.locator('.face:focus h4').textContent()).toMatch(/^Face 3:/);

      // A reason that speaks of a face leads to it, whether it was shown or not.
      await page.reload();
      await more.waitFor();
      await page.getByRole('link', { name: 'Show face 1' }).click();
      expect(await page.locator('.face:focus h4').textContent()).toMatch(/^Face 1:/);
      await more.waitFor({ state: 'detached' });
    },
    scanTimeoutMs,
  );

  it(
    'says why a file was not scanned',
    async () => {
      await page.goto(`${api.url}/#key=${api.key}`);
      await drop('clip.mp4', Buffer.from('not a video'));
      await page.locator('[data-verdict=rejected]').waitFor({ timeout: scanTimeoutMs });
      await page.locator('.reason-lead').waitFor();
    },
    scanTimeoutMs,
  );

  it(
    'stops a scan on request, and says so',
    async () => {
      const long = join(api.dataDir, 'long.mp4');
      await makeLongFaceClip(long, 240);
      await page.goto(`${api.url}/#key=${api.key}`);
      await drop('long.mp4', readFileSync(long));
      await page.getByRole('button', { name: 'Stop this scan' }).click();
      await page.getByText('The scan ended without a verdict').waitFor();
      const { scans } = await api.client.listScans();
      expect(scans.find(({ name }) => name === 'long.mp4')?.state).toBe('cancelled');

      // The same file is the same scan, started anew.
      await drop('long.mp4', readFileSync(long));
      await page.getByRole('button', { name: 'Stop this scan' }).click();
      await page.getByText('The scan ended without a verdict').waitFor();
    },
    scanTimeoutMs,
  );

  it(
    'keeps a note that could not be sent, and the place of the keyboard',
    async () => {
      await page.goto(`${api.url}/#key=${api.key}`);
      await page.locator('.recent button', { hasText: 'film.mp4' }).click();
      const label = page.locator('[data-verdict]');
      await label.waitFor();
      const readOut = (await page.getByRole('status').textContent()) ?? '';
      expect(readOut).not.toBe('');
      expect(await label.textContent()).toContain(readOut);

      const note = page.getByLabel('Why (if you like)');
      await page.getByLabel('Your name').fill('Ada');
      await note.fill('as I see it');
      const decisions = '**/v1/media/*/decisions*';
      await page.route(decisions, (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
      const choice = page.getByRole('button', { name: 'Nobody can tell' });
      await choice.click();
      await page.getByText('The service does not answer').waitFor();
      expect(await note.inputValue()).toBe('as I see it');
      await page.unroute(decisions);
      await choice.click();
      await page.getByRole('listitem').filter({ hasText: 'Ada: nobody can tell · “as I see it”' }).waitFor();
      expect(await note.inputValue()).toBe('');
      const focused = page.locator('button:focus');
      expect(await focused.textContent()).toContain('Nobody can tell');
      await page.getByRole('button', { name: 'Take it back' }).click();
      await page.getByRole('listitem').filter({ hasText: 'Ada: taken back' }).waitFor();
      expect(await focused.textContent()).toContain('Confirmed manipulated');

      const remove = page.getByRole('button', { name: 'Delete', exact: true });
      for (const key of ['Escape', 'Enter']) {
        await remove.focus();
        await page.keyboard.press('Enter');
        expect(await focused.textContent()).toBe('Keep');
        await page.keyboard.press(key);
        await page.getByRole('alertdialog').waitFor({ state: 'detached' });
        expect(await focused.textContent()).toBe('Delete');
      }
    },
    scanTimeoutMs,
  );

  it('goes on reading the list of scans after it could not be read', async () => {
    let asked = 0;
    await page.route('**/v1/scans?*', async (route) => {
      asked += 1;
      if (asked === 2 || asked === 3) {
        const problem = { type: 'about:blank', title: 'Out of order', status: 400 };
        return route.fulfill({ status: 400, contentType: 'application/problem+json', json: problem });
      }
      const answer = await route.fetch();
      const list = (await answer.json()) as { scans: object[] };
      const [first, ...others] = list.scans;
      const underWay = { ...first, state: 'running', stage: 'look', percent: 40, verdict: null, probability: null };
      await route.fulfill({ response: answer, json: asked === 1 ? { ...list, scans: [underWay, ...others] } : list });
    });
    await page.goto(`${api.url}/#key=${api.key}`);
    const progress = page.locator('.recent .pill', { hasText: '40 %' });
    await progress.waitFor();
    await page.getByText('Out of order').waitFor();
    await progress.waitFor({ state: 'detached' });
    await page.getByText('Out of order').waitFor({ state: 'detached' });
  }, 60_000);

  it('goes back to the choice of a file when an upload is cancelled', async () => {
    await page.goto(`${api.url}/#key=${api.key}`);
    await page.getByText('Drop a video or a picture here').waitFor();
    await page.route('**/v1/media', () => undefined);
    await drop('clip.mp4', Buffer.from('anything'));
    await page.getByRole('button', { name: 'Cancel', exact: true }).press('Enter');
    await page.getByText('Drop a video or a picture here').waitFor();
    expect(await page.locator('button:focus').textContent()).toBe('Choose a file');
  });

  it('takes a key that is put into the address of the open page', async () => {
    await page.goto(`${api.url}/#key=assay_wrong`);
    await page.getByRole('alert').waitFor();
    await page.goto(`${api.url}/#key=${api.key}`);
    await page.getByText('Recent scans').waitFor();
    expect(page.url()).toBe(`${api.url}/`);
    await page.getByLabel('API key').waitFor({ state: 'detached' });
  });

  it('says that a file is empty', async () => {
    await page.goto(`${api.url}/#key=${api.key}`);
    await drop('empty.mp4', Buffer.alloc(0));
    expect(await page.getByRole('alert').textContent()).toContain('The file is empty');
  });

  it('asks for another key when this one is not accepted', async () => {
    await page.goto(`${api.url}/#key=assay_wrong`);
    expect(await page.getByRole('alert').textContent()).toContain('not accepted');
  });

  it('says that the service is away', async () => {
    await page.goto(`${api.url}/#key=${api.key}`);
    await page.getByText('Drop a video or a picture here').waitFor();
    await page.route('**/v1/**', (route) => route.abort());
    await drop('clip.mp4', Buffer.from('anything'));
    expect(await page.getByRole('alert').first().textContent()).toContain('does not answer');
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${api.url}/#key=${api.key}`);
    await page.getByText('Drop a video or a picture here').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it('shows the description of the API', async () => {
    await page.goto(`${api.url}/docs`);
    await page.getByText('Upload a video or a picture').waitFor();
  });
});
