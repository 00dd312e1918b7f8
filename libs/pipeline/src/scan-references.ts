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

/**
 * Every scan that the store knows, by the back-references of the media: three keys a scan, where listing the scans would pass all of
 * their evidence.
 */
export async function* scanReferences(
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): AsyncGenerator<ScanReference> {
  for await (const { key } of store.list('media/', signal)) {
    const [, media, tenant = defaultTenant, scan] = referencePattern.exec(key) ?? [];
    if (media && scan) yield { key, media, tenant, scan };
  }
}
