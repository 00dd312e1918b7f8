/**
 * Logging in on the page, in a real browser with a provider that keeps to the code flow with PKCE. What holds:
 * - who logs in sees what his tenant has, and neither code nor token stays in the address or in the browser;
 * - the token is renewed before it expires, one renewal at a time, also for an upload; where the provider wants no more of it, the
 *   old one is used to its end;
 * - an answer that the page did not ask for, or that the provider does not stand by, logs nobody in and is said in words;
 * - without a provider there is no button, and the page may speak to nobody but the service.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AssayClient } from '@assay/client';
import { LoginSettings } from '@assay/contracts';
import type { Browser, Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../support/api';
import { launchBrowser, runsBrowser, watchedPage } from '../support/browser';
import { startIssuer, type TestIssuer } from '../support/oidc-issuer';

jest.setTimeout(120_000);

const built = existsSync(resolve(__dirname, '../../apps/console/dist/index.html'));
const still = resolve(__dirname, '../fixtures/still.jpg');
const withBrowser = runsBrowser ? describe : describe.skip;
const anna = { sub: 'anna', roles: ['staff'], tenant: 'acme' };

withBrowser('logging in on the page', () => {
  let issuer: TestIssuer;
  let api: TestApi;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    if (!built) throw new Error('The page is not built: npm run build');
    issuer = await startIssuer();
    api = await startTestApi({
      ASSAY_OIDC_ISSUER: issuer.url,
      ASSAY_OIDC_AUDIENCE: 'assay',
      ASSAY_OIDC_ROLES: 'staff=submitter',
      ASSAY_OIDC_TENANT_CLAIM: 'tenant',
      ASSAY_OIDC_CLIENT_ID: 'assay-page',
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
    await issuer?.close();
  });
  beforeEach(async () => {
    ({ page, complaints } = await watchedPage(browser));
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));

  it('shows who logs in what his tenant has', async () => {
    issuer.logInAs(anna);
    const token = await issuer.token(anna);
    const client = new AssayClient({ baseUrl: api.url, apiKey: token });
    const media = await client.uploadMedia(new Blob(['of acme']), { name: 'acme-clip.mp4' });
    const scan = await client.createScan({ media: media.id });
    await page.goto(`${api.url}/#scan=${scan.id}`);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('acme-clip.mp4').first().waitFor();
    // Back at the scan that was on show, with nothing of the answer in the address.
    expect(page.url()).toBe(`${api.url}/#scan=${scan.id}`);
    expect(await kept()).toBe('[{},{}]');
    await expect(page.getByRole('button', { name: 'Log in' }).count()).resolves.toBe(0);
  });

  it('renews the token before it expires', async () => {
    issuer.logInAs(anna);
    // Shorter than the margin before the end: each request finds it due.
    issuer.tokensLast(20);
    const used: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (!request.url().includes('/v1/')) return;
      // Credentials are not among the headers that are known at once; of a stream that is cut off they never are.
      const add = ({ authorization }: Record<string, string>): void => void used.push(authorization);
      request.allHeaders().then(add, () => undefined);
    });
    await page.goto(api.url);
    await page.getByRole('button', { name: 'Log in' }).click();
    const [picture] = [{ name: 'renewed.jpg', mimeType: 'image/jpeg', buffer: readFileSync(still) }];
    const send = () => page.locator('input[type=file]').setInputFiles(picture!);
    // Disabled until somebody is logged in.
    await page.getByRole('button', { name: 'Choose a file', disabled: false }).waitFor();
    await send();
    await page.getByText('renewed.jpg').first().waitFor();
    while (issuer.given.length <= 2) await page.waitForTimeout(50);
    while (new Set(used).size < 2) await page.waitForTimeout(50);
    expect(used.every((token) => issuer.given.includes(token?.replace('Bearer ', '') ?? ''))).toBe(true);

    // A renewal that is on its way brings another token, which is good as well: until one is refused.
    while (issuer.refused() === 0) {
      issuer.logOut();
      await page.getByText('renewed.jpg').first().click();
      await page.waitForTimeout(50);
    }
    const [before, last] = [issuer.given.length, used.length];
    await page.getByText('renewed.jpg').first().click();
    while (used.length < last + 2) await page.waitForTimeout(50);
    expect(issuer.given).toHaveLength(before);
    expect(used.at(-1)).toBe(`Bearer ${issuer.given.at(-1)}`);
    // Chromium's own line for the provider's 400.
    expect(complaints.splice(0).every((line) => line.includes('400'))).toBe(true);
    issuer.tokensLast(300);
  });

  it('logs nobody in by an answer of somebody else', async () => {
    issuer.logInAs(anna, 'of-another-page');
    await page.goto(api.url);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Logging in did not work.').waitFor();
    expect([page.url(), await kept()]).toEqual([`${api.url}/`, '[{},{}]']);
    // One that the page never asked for is not even looked at.
    await page.goto(`${api.url}/?code=x&state=y`);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect(page.url()).toBe(`${api.url}/`);
    await expect(page.getByText('Logging in did not work.').count()).resolves.toBe(0);
  });

  it('says so when the provider takes it back', async () => {
    issuer.logInAs({ ...anna, roles: [] });
    await page.goto(api.url);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The key may not do this').waitFor();
  });

  it('speaks to the service and the provider alone, and without one to the service', async () => {
    const policyOf = async (url: string) => (await fetch(url)).headers.get('content-security-policy') ?? '';
    expect(`${await policyOf(api.url)};`).toContain(`connect-src 'self' ${new URL(issuer.url).origin};`);
    const plain = await startTestApi();
    try {
      expect(await policyOf(plain.url)).toMatch(/connect-src 'self'(;|$)/);
      const settings = await (await fetch(`${plain.url}/.well-known/assay-login.json`)).json();
      expect(LoginSettings.parse(settings)).toEqual({ provider: null });
      await page.goto(plain.url);
      await page.getByRole('button', { name: 'Use this key' }).waitFor();
      await expect(page.getByRole('button', { name: 'Log in' }).count()).resolves.toBe(0);
    } finally {
      await plain.close();
    }
  });
});
