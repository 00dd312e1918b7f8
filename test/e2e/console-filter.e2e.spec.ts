/**
 * The list of scans of the page, in a real browser against the real service with a mock worker. What holds:
 * - the list has what fits the chosen verdict, state and days, by the keyboard alone, which keeps its place;
 * - days in the wrong order are told, and nothing is asked for;
 * - what is rare is looked for so far and no further, until the person asks for more;
 * - it fits a phone.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../support/api';
import { launchBrowser, runsBrowser, watchedPage } from '../support/browser';

/** A worker and a browser start here, on machines that may be busy. */
jest.setTimeout(480_000);

const built = existsSync(resolve(__dirname, '../../apps/console/dist/index.html'));
const withBrowser = runsBrowser ? describe : describe.skip;
const names = ['likely_manipulated', 'likely_authentic', 'scan_failed'];

withBrowser('the list of scans', () => {
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    if (!built) throw new Error('The page is not built: npm run build');
    api = await startTestApi({ ASSAY_MOCK: '1' });
    await api.startWorker();
    const scans: string[] = [];
    for (const name of names) {
      const media = await api.client.uploadMedia(new Blob([`assay-mock: ${name}`]), { name: `${name}.mp4` });
      scans.push((await api.client.createScan({ media: media.id })).id);
    }
    await Promise.allSettled(scans.map((scan) => api.client.waitForVerdict(scan)));
    browser = await launchBrowser();
  });
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

  const open = async () => {
    await page.goto(`${api.url}/#key=${api.key}`);
    await page.locator('.recent li').first().waitFor();
  };
  /** The list as it is once it has so many scans. */
  const shown = async (count: number): Promise<string[]> => {
    const names = page.locator('.recent .file-name');
    await page.waitForFunction((wanted) => document.querySelectorAll('.recent li').length === wanted, count);
    return names.allTextContents();
  };
  const focused = () => page.evaluate(() => document.activeElement?.closest('label, button')?.firstChild?.textContent);
  const dayAt = (days: number) =>
    page.evaluate((later) => {
      const day = new Date();
      day.setDate(day.getDate() + later);
      const [year, month, date] = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
      return [year, month, date].map((part) => String(part).padStart(2, '0')).join('-');
    }, days);

  it('is narrowed by the keyboard, which keeps its place', async () => {
    await open();
    expect(await shown(3)).toEqual([...names].reverse().map((name) => `${name}.mp4`));
    await page.getByLabel('Verdict').focus();
    await page.keyboard.press('ArrowDown');
    expect(await shown(1)).toEqual(['likely_manipulated.mp4']);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('State');
    await page.keyboard.type('Failed');
    await page.getByText('No scan fits.').waitFor();
    expect(await focused()).toBe('State');
    const all = page.getByRole('button', { name: 'Show all' });
    await all.press('Enter');
    await shown(3);
    expect(await focused()).toBe('Show all');
    await page.getByLabel('State').selectOption({ label: 'Failed' });
    expect(await shown(1)).toEqual(['scan_failed.mp4']);
    await page.getByText('Failed', { exact: true }).and(page.locator('.pill')).waitFor();
  });

  it('is narrowed by days, whose order is looked at first', async () => {
    await open();
    await page.getByLabel('From', { exact: true }).fill(await dayAt(-1));
    await page.getByLabel('To', { exact: true }).fill(await dayAt(1));
    await shown(3);
    const asked: string[] = [];
    page.on('request', (request) => void (request.url().includes('/v1/scans?') && asked.push(request.url())));
    await page.getByLabel('From', { exact: true }).fill(await dayAt(2));
    await page.getByText('The first day comes after the last one.').waitFor();
    expect(await page.getByLabel('From', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect([await shown(0), asked]).toEqual([[], []]);
    await page.getByLabel('To', { exact: true }).fill('');
    await page.getByText('No scan fits.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await shown(3);
  });

  it('is looked through so far, and further when asked', async () => {
    await open();
    let empty = 0;
    // What a service with many scans answers: nothing among those that it looked at.
    await page.route('**/v1/scans?verdict=*', async (route) => {
      const url = new URL(route.request().url());
      empty += 1;
      if (empty <= 3) return route.fulfill({ json: { scans: [], next: `place-${empty}` } });
      expect(url.searchParams.get('cursor')).toBe(empty === 4 ? null : `place-${empty - 4}`);
      if (empty <= 6) return route.fulfill({ json: { scans: [], next: `place-${empty - 3}` } });
      url.searchParams.delete('cursor');
      return route.continue({ url: url.toString() });
    });
    await page.getByLabel('Verdict').selectOption({ label: 'Likely authentic' });
    await page.getByText('None of the latest scans fits. There are older ones.').waitFor();
    expect(empty).toBe(3);
    await page.getByRole('button', { name: 'Look further back' }).press('Enter');
    expect(await shown(1)).toEqual(['likely_authentic.mp4']);
    expect(empty).toBe(7);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
