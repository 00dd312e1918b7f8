/** Where the pictures of a verdict come from: an address by name, or null where there are none. */
export type EvidenceSource = (name: string, signal: AbortSignal) => Promise<string | null>;

/**
 * Pictures below `base`. Without headers the browser fetches them itself; with headers (a key must not stand in an address)
 * they are fetched here and shown from memory.
 *
 * @param keep takes each address made here, so that it can be revoked
 */
export function evidenceFrom(
  base: string | null,
  headers: HeadersInit | null,
  keep: (url: string) => void,
): EvidenceSource {
  return async (name, signal) => {
    if (base === null) return null;
    const address = `${base.replace(/\/?$/, '/')}${encodeURIComponent(name)}`;
    if (headers === null) return address;
    const response = await fetch(address, { headers, signal });
    if (!response.ok) return null;
    const url = URL.createObjectURL(await response.blob());
    keep(url);
    return url;
  };
}
