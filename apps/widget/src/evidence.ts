import type { EvidenceLinks } from '@assay/contracts';

/** Where the pictures of a verdict come from. */
export interface EvidenceSource {
  /** An address by name; null where there is none. */
  find(name: string, signal: AbortSignal): Promise<string | null>;
  /** Another one, for a picture that could not be loaded from the first; null where there is no hope. */
  again(name: string, failed: string): Promise<string | null>;
}

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
  return {
    async find(name, signal) {
      if (base === null) return null;
      const address = `${base.replace(/\/?$/, '/')}${encodeURIComponent(name)}`;
      if (headers === null) return address;
      const response = await fetch(address, { headers, signal });
      if (!response.ok) return null;
      const url = URL.createObjectURL(await response.blob());
      keep(url);
      return url;
    },
    again: () => Promise.resolve(null),
  };
}

/** Addresses by name, as `POST /v1/scans/{scan}/evidence-links` answers; when they expire may be left out. */
export type Links = Pick<EvidenceLinks, 'links'> & Partial<EvidenceLinks>;
/** Links, or what gets some: asked when the first picture is shown, and again when they have expired. */
export type LinksGiven = Links | (() => Links | Promise<Links>);

/** Pictures by signed links, which the browser fetches itself: no key, and nothing that another origin had to allow. */
export function evidenceByLinks(given: LinksGiven): EvidenceSource {
  let known: Promise<Links> | null = null;
  const ask = (): Promise<Links> => {
    const asked = Promise.resolve(typeof given === 'function' ? given() : given);
    // One that could not be had is asked for again.
    asked.catch(() => (known = known === asked ? null : known));
    return (known = asked);
  };
  const linkOf = async (links: Promise<Links>, name: string) => (await links).links[name] ?? null;
  return {
    async find(name) {
      const before = known;
      const isOver = before !== null && typeof given === 'function' && hasExpired(await before);
      // Of many that find it over, one asks.
      return linkOf(known === null || (isOver && known === before) ? ask() : known, name);
    },
    async again(name, failed) {
      if (typeof given !== 'function') return null;
      const since = await linkOf(known ?? ask(), name);
      return since === failed ? linkOf(ask(), name) : since;
    },
  };
}

const hasExpired = ({ expiresAt }: Links): boolean => expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
