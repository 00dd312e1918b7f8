import { News } from '@assay/contracts';
import { AssayProtocolError, WebhookVerificationError } from './assay-error';
import { type Bytes, fromBase64, utf8 } from './bytes';
import { ed25519Verify, publicKeyBytes } from './ed25519';
import { parseJson } from './parse-response';

/** As the specification's own libraries have it, seconds. */
const defaultToleranceSeconds = 300;
const hmacPrefix = 'whsec_';
const publicPrefix = 'whpk_';

export interface WebhookMessage {
  /** Headers of the request, in any case: of Node, of `fetch`, or a plain object. */
  headers: Headers | Record<string, string | string[] | undefined>;
  /** Byte for byte as it came, before anything has parsed it. */
  body: string | Uint8Array;
}

export interface WebhookOptions {
  /** How far the message's time may lie from yours, either way, seconds, finite and not negative; default 300. */
  toleranceSeconds?: number;
  /** Present time, ms since 1970; for tests. */
  now?: number;
}

/**
 * Checks a webhook by Standard Webhooks 1.0 (`v1` HMAC-SHA256, `v1a` Ed25519) and gives its event. For Node and browsers.
 *
 * @param secrets `whsec_...` (shared secret) or `whpk_...` (public key); while a secret is being changed, both
 * @throws WebhookVerificationError when it is not to be trusted
 * @throws AssayProtocolError when it is genuine, and no event that this version knows
 */
export async function verifyWebhook(
  { headers, body }: WebhookMessage,
  secrets: string | readonly string[],
  { toleranceSeconds = defaultToleranceSeconds, now = Date.now() }: WebhookOptions = {},
): Promise<News> {
  // Compared with what is no number, no message would ever be too old.
  if (!Number.isFinite(toleranceSeconds) || toleranceSeconds < 0) throw new WebhookVerificationError('bad_tolerance');
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(keyOf);
  const read = headerReader(headers);
  const [id, timestamp, signatures] = [read('webhook-id'), read('webhook-timestamp'), read('webhook-signature')];
  if (!id || !timestamp || !signatures) throw new WebhookVerificationError('missing_headers');
  checkTime(timestamp, toleranceSeconds, now);
  const bytes = typeof body === 'string' ? utf8(body) : new Uint8Array(body);
  const content = joined(utf8(`${id}.${timestamp}.`), bytes);
  if (!(await isSignedByOne(keys, signatures, content))) throw new WebhookVerificationError('no_matching_signature');
  const news = News.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (!news.success) throw new AssayProtocolError('The event of a webhook does not follow the contract.');
  return news.data;
}

interface Key {
  version: 'v1' | 'v1a';
  bytes: Bytes;
}

function keyOf(secret: string): Key {
  const version = secret.startsWith(publicPrefix) ? 'v1a' : 'v1';
  const bytes = fromBase64(secret.slice(version === 'v1a' ? publicPrefix.length : hmacPrefix.length));
  const usable = version === 'v1a' ? bytes?.length === publicKeyBytes : secret.startsWith(hmacPrefix) && bytes?.length;
  if (!bytes || !usable) throw new WebhookVerificationError('bad_secret');
  return { version, bytes };
}

function headerReader(headers: WebhookMessage['headers']): (name: string) => string | null {
  if (isHeaders(headers)) return (name) => headers.get(name);
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => {
    const value = lower.get(name);
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
}

/** By what it can do: `Headers` of another realm or library are no instance of this one's. */
function isHeaders(headers: WebhookMessage['headers']): headers is Headers {
  return typeof headers.get === 'function';
}

/** Old messages are refused even when they are genuine: somebody may have kept one to send it again. */
function checkTime(timestamp: string, toleranceSeconds: number, now: number): void {
  if (!/^\d{1,15}$/.test(timestamp)) throw new WebhookVerificationError('bad_timestamp');
  const ageSeconds = Math.floor(now / 1000) - Number(timestamp);
  if (ageSeconds > toleranceSeconds) throw new WebhookVerificationError('too_old');
  if (-ageSeconds > toleranceSeconds) throw new WebhookVerificationError('too_new');
}

async function isSignedByOne(keys: readonly Key[], signatures: string, content: Bytes): Promise<boolean> {
  for (const signed of signatures.split(' ')) {
    const [version, text = ''] = signed.split(',');
    const signature = fromBase64(text);
    if (!signature) continue;
    for (const key of keys) if (key.version === version && (await isGenuine(key, signature, content))) return true;
  }
  return false;
}

/** WebCrypto compares in constant time. */
async function isGenuine({ version, bytes }: Key, signature: Bytes, content: Bytes): Promise<boolean> {
  if (version === 'v1a') return ed25519Verify(bytes, signature, content);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return crypto.subtle.verify('HMAC', key, signature, content);
}

function joined(head: Bytes, tail: Bytes): Bytes {
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}
