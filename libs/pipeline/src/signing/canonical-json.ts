import canonicalize from 'canonicalize';

/**
 * The one text of a JSON value (RFC 8785): keys in order, no spaces, numbers as ECMAScript writes them.
 *
 * @throws Error for what is no JSON, such as NaN
 */
export function canonicalJson(value: object): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('There is no JSON text of this value.');
  return text;
}
