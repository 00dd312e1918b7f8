import { defaultTenant } from '@assay/contracts';

/** Keys of the tenant `default` are those from before there were tenants. */
const ofTenant = (tenant: string): string => (tenant === defaultTenant ? '' : `:${tenant}`);

/**
 * What Redis Cluster finds the slot by. Without anything between the braces, or with a brace of its own, a name would put
 * each of its keys into another slot.
 */
export const hashTag = (name: string): string => `{${encodeURIComponent(name) || '%'}}`;

/**
 * Braces are Redis Cluster's hash tags: everything of one scan lives in one slot, so that one script may touch it.
 * All of it ends: when its scan is deleted, or a while after it was last written (`index-keeping.ts`).
 */
export const recordKey = (id: string): string => `assay:${hashTag(id)}:record`;
export const segmentsKey = (id: string): string => `assay:${hashTag(id)}:segments`;
export const eventsChannel = (id: string): string => `assay:${hashTag(id)}:events`;
export const mediaScansKey = (media: string, tenant: string): string =>
  `assay:${hashTag(media)}:scans${ofTenant(tenant)}`;
/** Of one tenant. Sorted set, all scores 0, members from `placeOf`: Redis keeps them in time order by themselves. */
export const scansKey = (tenant: string): string => `assay:scans${ofTenant(tenant)}`;
/** The same, of those with this label. A tenant may be called like a label, but has no `#` in its name. */
export const labelledScansKey = (tenant: string, label: string): string => `${scansKey(tenant)}#${label}`;
/** One hash tag: a script may touch the keys of one tenant's feed together in a Redis cluster. */
export const feedKey = (tenant: string, part: string): string => `assay:{events${ofTenant(tenant)}}:${part}`;
