import { signWith } from './secret-key';

const msPerSecond = 1_000;

/**
 * The headers of Standard Webhooks 1.0: id, time of the try, and one signature for each secret that is live, over
 * `{id}.{time}.{body}`.
 *
 * @param id without '.'
 */
export function signedHeaders(
  id: string,
  body: Buffer,
  secretKeys: readonly string[],
  now: number,
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(now / msPerSecond));
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secretKeys.map((key) => signWith(key, content)).join(' '),
  };
}
