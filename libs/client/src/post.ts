import type { RequestSettings } from './requests';
import type { PostOptions } from './upload';

/**
 * A POST of a document. It gets an `Idempotency-Key` where the caller has none, so that trying again after a lost answer
 * does nothing twice.
 */
export function postOf(body: object | undefined, options: PostOptions): RequestSettings {
  const headers = keyed(body ? { 'content-type': 'application/json' } : {}, options);
  return { method: 'POST', headers, body: body ? JSON.stringify(body) : null, repeatable: true };
}

/** The draft's header is a quoted string (RFC 8941). */
export function keyed(
  headers: Record<string, string>,
  { idempotencyKey = newKey() }: PostOptions,
): Record<string, string> {
  return { ...headers, 'idempotency-key': `"${idempotencyKey}"` };
}

/** `crypto.randomUUID` is missing on pages over plain http. */
function newKey(): string {
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join('');
}
