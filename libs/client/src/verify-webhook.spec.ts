/**
 * What holds: a message signed by the reference library of Standard Webhooks, or with an Ed25519 key of Node's own, is
 * taken, whatever the form of its headers; one that is altered, replayed, from the future, unsigned or signed by somebody
 * else is refused with its reason.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Webhook as Reference } from 'standardwebhooks';
import type { WebhookFault } from './assay-error';
import { verifyWebhook, type WebhookMessage } from './verify-webhook';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const [ours, next, theirs] = [secret(), secret(), secret()];
const id = `test_${'0'.repeat(32)}`;
const news = { id, type: 'webhook.test', timestamp: '2026-01-02T03:04:05.678Z', data: { webhook: 'wh_Ünïcode' } };
const body = JSON.stringify(news);
const sentAt = new Date(1_800_000_000_000);
const now = sentAt.getTime() + 900;

const signedBy = (...secrets: string[]): { headers: Record<string, string>; body: string } => ({
  headers: {
    'webhook-id': id,
    'webhook-timestamp': String(sentAt.getTime() / 1000),
    'webhook-signature': secrets.map((key) => new Reference(key).sign(id, sentAt, body)).join(' '),
  },
  body,
});

const pair = generateKeyPairSync('ed25519');
const publicKey = `whpk_${pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
const ed25519Signed = (): { headers: Record<string, string>; body: string } => {
  const { headers } = signedBy(ours);
  const content = Buffer.from(`${id}.${headers['webhook-timestamp']}.${body}`);
  const signature = `v1a,${sign(null, content, pair.privateKey).toString('base64')}`;
  return { headers: { ...headers, 'webhook-signature': signature }, body };
};

/** Can what `Headers` can, and is no instance of it. */
const otherRealm = (headers: Record<string, string>): Headers => {
  const own = new Headers(headers);
  return { get: (name: string) => own.get(name) } as Headers;
};

describe('a message that is genuine is taken', () => {
  const upper = ({ headers }: { headers: Record<string, string> }) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
  const behind = (unreadable: string, { headers, body }: ReturnType<typeof signedBy>): WebhookMessage => ({
    headers: { ...headers, 'webhook-signature': `${unreadable} ${headers['webhook-signature']}` },
    body,
  });
  it.each<[string, WebhookMessage, string | string[]]>([
    ['as text', signedBy(ours), ours],
    ['as bytes', { ...signedBy(ours), body: Buffer.from(body) }, ours],
    ['with headers of fetch', { headers: new Headers(signedBy(ours).headers), body }, ours],
    ['with headers of another realm', { headers: otherRealm(signedBy(ours).headers), body }, ours],
    ['with headers in capitals and lists', { headers: upper(signedBy(ours)), body }, ours],
    ['signed by two secrets, checked with the new one', signedBy(ours, next), next],
    ['signed by the old secret, checked with both', signedBy(ours), [next, ours]],
    ['signed by Ed25519', ed25519Signed(), publicKey],
    ['behind signatures that nobody here can read', behind('v1,%%% v9,AAAA v1a', signedBy(ours)), ours],
    ['while a shared secret gives way to a key pair', ed25519Signed(), [ours, publicKey]],
  ])('%s', async (_how, message, secrets) => {
    expect(await verifyWebhook(message, secrets, { now })).toEqual(news);
  });

  it('within its tolerance, to the second', async () => {
    const at = (seconds: number) =>
      verifyWebhook(signedBy(ours), ours, { now: sentAt.getTime() + seconds * 1000, toleranceSeconds: 60 });
    expect(await at(60)).toEqual(news);
    expect(await at(-60)).toEqual(news);
    await expect(at(61)).rejects.toMatchObject({ code: 'too_old' });
    await expect(at(-61)).rejects.toMatchObject({ code: 'too_new' });
  });
});

describe('a message that is not is refused', () => {
  const withHeader = (name: string, value: string): WebhookMessage => {
    const { headers } = signedBy(ours);
    return { headers: { ...headers, [name]: value }, body };
  };
  const unsigned = { 'webhook-id': id, 'webhook-timestamp': String(sentAt.getTime() / 1000) };
  const ed = ed25519Signed();
  it.each<[string, WebhookMessage, string | string[], WebhookFault]>([
    ['with another body', { ...signedBy(ours), body: `${body} ` }, ours, 'no_matching_signature'],
    ['under another id', withHeader('webhook-id', `test_${'1'.repeat(32)}`), ours, 'no_matching_signature'],
    ['with another time', withHeader('webhook-timestamp', '1800000001'), ours, 'no_matching_signature'],
    ['signed by somebody else', signedBy(theirs), [ours, next], 'no_matching_signature'],
    ['a signature that is no base64', withHeader('webhook-signature', 'v1,%%%'), ours, 'no_matching_signature'],
    [
      'an HMAC that says it is Ed25519',
      { ...ed, headers: { ...ed.headers, 'webhook-signature': ed.headers['webhook-signature']!.replace('v1a', 'v1') } },
      [ours, publicKey],
      'no_matching_signature',
    ],
    ['Ed25519 over another body', { ...ed, body: `${body} ` }, publicKey, 'no_matching_signature'],
    ['unsigned', { headers: unsigned, body }, ours, 'missing_headers'],
    ['without a time', withHeader('webhook-timestamp', 'yesterday'), ours, 'bad_timestamp'],
    ['with nothing to check it with', signedBy(ours), 'whsec_', 'bad_secret'],
    ['with half a key', signedBy(ours), 'whpk_AAAA', 'bad_secret'],
    ['with the secret of something else', signedBy(ours), 'sk_live_0', 'bad_secret'],
  ])('%s', async (_how, message, secrets, code) => {
    await expect(verifyWebhook(message, secrets, { now })).rejects.toMatchObject({
      name: 'WebhookVerificationError',
      code,
    });
  });

  it.each([NaN, Infinity, -1])('with a tolerance of %d', async (toleranceSeconds) => {
    await expect(verifyWebhook(signedBy(ours), ours, { now, toleranceSeconds })).rejects.toMatchObject({
      name: 'WebhookVerificationError',
      code: 'bad_tolerance',
    });
  });

  it('replayed later', async () => {
    await expect(verifyWebhook(signedBy(ours), ours)).rejects.toMatchObject({
      code: expect.stringMatching(/^too_(old|new)$/),
    });
  });

  it('is genuine and no event', async () => {
    const other = '{"type":"from.another.year"}';
    const signature = new Reference(ours).sign(id, sentAt, other);
    const message = { headers: { ...signedBy(ours).headers, 'webhook-signature': signature }, body: other };
    await expect(verifyWebhook(message, ours, { now })).rejects.toMatchObject({ name: 'AssayProtocolError' });
  });
});
