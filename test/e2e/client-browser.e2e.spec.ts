/**
 * The checks of the client in a real browser, bundled as a page would bundle them. What holds: messages of the reference
 * library and of an Ed25519 key, and a signed verdict, are taken; what was altered is refused with the same codes as in Node.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { publicKeyOf, signatureOf } from '@assay/pipeline';
import type { Browser, Page } from 'playwright-core';
import { Webhook as Reference } from 'standardwebhooks';
import { sampleVerdict } from '../../apps/cli/src/testing/sample-verdict';
import { launchBrowser, runsBrowser } from '../support/browser';
import { clientBundle } from '../support/client-bundle';

jest.setTimeout(240_000);

const withBrowser = runsBrowser ? describe : describe.skip;
withBrowser('in a browser', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const script = clientBundle();
    server = createServer((request, response) => {
      const isScript = request.url === '/assay.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<!doctype html><script src="/assay.js"></script>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** What a check says there: `ok`, or the name and code of its error. */
  const check = (name: 'verifyWebhook' | 'verifyVerdict', ...given: unknown[]): Promise<string> =>
    page.evaluate(
      ([called, args]) => {
        const assay = (globalThis as unknown as { assay: Record<string, (...all: unknown[]) => Promise<unknown>> })
          .assay;
        return assay[called as string]!(...(args as unknown[])).then(
          () => 'ok',
          (error: { name: string; code?: string }) => `${error.name} ${error.code ?? ''}`,
        );
      },
      [name, given] as const,
    );

  const id = `test_${'0'.repeat(32)}`;
  const body = JSON.stringify({
    id,
    type: 'webhook.test',
    timestamp: '2026-01-02T03:04:05Z',
    data: { webhook: 'wh_ü' },
  });
  const now = new Date();
  const seconds = Math.floor(now.getTime() / 1000);
  const message = (signature: string) => ({
    headers: { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature },
    body,
  });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  it('checks webhooks', async () => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const hmac = message(new Reference(secret).sign(id, now, body));
    expect(await check('verifyWebhook', hmac, secret)).toBe('ok');
    expect(await check('verifyWebhook', { ...hmac, body: `${body} ` }, secret)).toBe(
      'WebhookVerificationError no_matching_signature',
    );
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    const signature = sign(null, Buffer.from(`${id}.${seconds}.${body}`), privateKey).toString('base64');
    expect(await check('verifyWebhook', message(`v1a,${signature}`), [secret, `whpk_${raw}`])).toBe('ok');
    expect(await check('verifyWebhook', message(`v1a,${signature}`), secret)).toBe(
      'WebhookVerificationError no_matching_signature',
    );
  });

  it('checks signed verdicts', async () => {
    const verdict = sampleVerdict({ file: 'Ünïcode "\u2028\u{1F3AC}.mp4' });
    const key = { privateKey, publicKey: publicKeyOf(publicKey) };
    const signature = signatureOf(verdict.scan, verdict, key);
    const keys = { keys: [key.publicKey] };
    expect(await check('verifyVerdict', verdict, signature, keys)).toBe('ok');
    expect(await check('verifyVerdict', { ...verdict, probability: 0.1 }, signature, keys)).toBe(
      'VerdictSignatureError altered',
    );
    expect(await check('verifyVerdict', verdict, signature, { keys: [] })).toBe('VerdictSignatureError unknown_key');
  });
});
