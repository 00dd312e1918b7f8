import { defaultTenant, TenantId } from '@assay/contracts';

type Metadata = Record<string, string | null>;

/** Among the metadata of an upload, since those are what every store of tus keeps with it. Not the sender's to set or see. */
const ownerName = 'assay-tenant';

export function withOwner(metadata: Metadata | undefined, tenant: TenantId): Metadata {
  return { ...metadata, [ownerName]: tenant };
}

export function withoutOwner(metadata: Metadata | undefined): Metadata | undefined {
  const rest = Object.entries(metadata ?? {}).filter(([name]) => name !== ownerName);
  return rest.length > 0 ? Object.fromEntries(rest) : undefined;
}

/** Uploads that were begun before there were tenants have no owner noted. */
export function ownerOf(metadata: Metadata | undefined): TenantId {
  return TenantId.catch(defaultTenant).parse(metadata?.[ownerName]);
}
