import { defaultTenant } from '@assay/contracts';

/** Keys of the tenant `default` are those from before there were tenants. */
const ofTenant = (tenant: string): string => (tenant === defaultTenant ? '' : `:${tenant}`);

/**
 * Braces are Redis Cluster's hash tags: everything of one scan lives in one slot, so that one script may touch it.
 * None of it expires: an index entry ends when its scan is deleted.
 */
export const recordKey = (id: string): string => `assay:{${id}}:record`;
export const segmentsKey = (id: string): string => `assay:{${id}}:segments`;
export const eventsChannel = (id: string): string => `assay:{${id}}:events`;
export const mediaScansKey = (media: string, tenant: string): string => `assay:{${media}}:scans${ofTenant(tenant)}`;
/** Of one tenant. Sorted set, all scores 0, members from `placeOf`: Redis keeps them in time order by themselves. */
export const scansKey = (tenant: string): string => `assay:scans${ofTenant(tenant)}`;
/** One hash tag: a script may touch the keys of one tenant's feed together in a Redis cluster. */
export const feedKey = (tenant: string, part: string): string => `assay:{events${ofTenant(tenant)}}:${part}`;
