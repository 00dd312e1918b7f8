import { defaultTenant, type MediaId, type ScanId, type TenantId } from '@assay/contracts';
import type { Ports } from './ports';

export interface ScanReference {
  /** Place in the store: references come in its order. */
  key: string;
  media: MediaId;
  tenant: TenantId;
  scan: ScanId;
}

const referencePattern = /^media\/([0-9a-f]{64})(?:\.of\/([a-z0-9-]+))?\.scans\/(sc_[0-9a-f]{32})$/;

const hexDigits = [...'0123456789abcdef'];
/** Ids are evenly spread: who goes on from somewhere passes a 256th of all again, and not all. */
const parts = hexDigits.flatMap((first) => hexDigits.map((second) => `media/${first}${second}`));

/**
 * Every scan that the store knows, by the back-references of the media: three keys a scan, where listing the scans would pass all of
 * their evidence.
 *
 * @param after place of the last one that is known
 */
export async function* scanReferences(
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
  after = '',
): AsyncGenerator<ScanReference> {
  const from = parts.filter((part) => part >= after.slice(0, part.length));
  // From the beginning in one listing: a small store has fewer keys than there are parts.
  for (const prefix of after === '' ? ['media/'] : from) {
    for await (const { key } of store.list(prefix, signal)) {
      if (key <= after) continue;
      const [, media, tenant = defaultTenant, scan] = referencePattern.exec(key) ?? [];
      if (media && scan) yield { key, media, tenant, scan };
    }
  }
}
