import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { principalOf } from '../auth/principal';
import { problems } from '../problems/problems';

/** Printable ASCII, the quoted string of RFC 8941 without escapes; the bare form is what many clients send. */
const shape = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/;

/**
 * The name under which an answer is kept: the caller's `Idempotency-Key` within his tenant, so that nobody gets
 * another's answer, and a key that was rotated in between still does. A digest, since it does not belong into an index.
 *
 * @returns null when the request has none; @throws ProblemError 400 for one that is malformed
 */
export function idempotencyKeyOf(request: IncomingMessage): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const [, quoted, bare] = shape.exec(String(header)) ?? [];
  const key = quoted ?? bare;
  if (key === undefined) {
    throw problems.invalid([{ path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }]);
  }
  return digest(principalOf(request).tenant, key);
}

/** Headers that say what is asked for, where no body does. */
const telling = ['upload-length', 'upload-metadata', 'assay-subject'];

/** What makes two requests the same: method, address, and what body and headers say. */
export function fingerprintOf(
  { method, originalUrl, headers }: Pick<IncomingMessage, 'headers'> & { method: string; originalUrl: string },
  body: string,
): string {
  const said = telling.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}`]));
  return digest(method, originalUrl, body, ...said);
}

/** The same document whatever the order of its fields and the spaces between them. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Lengths are part of it, so that no two lists of parts look alike. */
function digest(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
