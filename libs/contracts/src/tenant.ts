import { z } from 'zod';

/**
 * Whose something is. Tenants share nothing that can be asked for; what the store keeps once for all of them (the bytes of
 * the same file) is nobody's business. Short and plain, since it is part of object keys, Redis keys and metric labels.
 */
export const TenantId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 lower-case letters, digits or inner hyphens');
export type TenantId = z.infer<typeof TenantId>;

/** Owns what was made before there were tenants, and everything on a service that has one. */
export const defaultTenant: TenantId = 'default';

/** Whose it is. Absent in what was written before there were tenants: then it is `default`. */
export const Owner = TenantId.default(defaultTenant);
