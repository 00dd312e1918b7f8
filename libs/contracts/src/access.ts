import { z } from 'zod';
import { TenantId } from './tenant';

/** What a key is for. Who may do what by them is the table in `apps/api/src/auth/permissions.ts`. */
export const Role = z.enum(['operator', 'admin', 'moderator', 'submitter', 'viewer', 'auditor']);
export type Role = z.infer<typeof Role>;

/** What a route needs, and a role or the scope of a key gives: docs/access.md has the table. */
export const Permission = z.enum([
  'media:read',
  'media:write',
  'media:delete',
  'bucket-events:write',
  'scans:read',
  'scans:write',
  'decisions:read',
  'decisions:write',
  'known-lists:read',
  'known-lists:write',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'keys:read',
  'keys:write',
  'erasures:read',
  'erasures:write',
  'holds:read',
  'holds:write',
  'retention:read',
  'retention:write',
  'usage:read',
  'audit:read',
  'fleet:read',
  'fleet:write',
  'metrics:read',
  'tenants:read',
  'tenants:write',
]);
export type Permission = z.infer<typeof Permission>;

/** The start of the key's SHA-256, by which the service finds its record: says nothing about the key. */
export const ApiKeyId = z.string().regex(/^key_[0-9a-f]{24}$/, 'must look like key_ and 24 hex digits');
export type ApiKeyId = z.infer<typeof ApiKeyId>;

/** What the key is for, by role. */
const Roles = z.array(Role).min(1).max(Role.options.length);

/** A key without what is secret. */
export const ApiKey = z.object({
  id: ApiKeyId,
  /** Whose it is. */
  tenant: TenantId,
  /** For people. */
  name: z.string(),
  /** The first characters of the key, to tell keys apart by; null for one that was made before they were kept. */
  prefix: z.string().nullable(),
  roles: Roles,
  /** What of its roles' permissions the key has; null = all of them. */
  scopes: z.array(Permission).nullable(),
  /** Whether it is accepted. */
  state: z.enum(['active', 'expired', 'revoked']),
  /** When it was made, ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  /** Who made it: the id of a key, or `cli`; null for the first key of a service. */
  createdBy: z.string().nullable(),
  /** From then on it is refused; null = never. */
  expiresAt: z.iso.datetime().nullable(),
  /** When it was revoked; null = it was not. */
  revokedAt: z.iso.datetime().nullable(),
  /** To within five minutes. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** Newest first. */
export const ApiKeyList = z.object({
  /** All of them, also those that have ended. */
  keys: z.array(ApiKey),
});
export type ApiKeyList = z.infer<typeof ApiKeyList>;

/** The only answer that holds the key. */
export const ApiKeyWithSecret = ApiKey.extend({
  /** Null where the same request was answered before (Idempotency-Key): it is shown once, and kept nowhere. */
  key: z.string().nullable(),
});
export type ApiKeyWithSecret = z.infer<typeof ApiKeyWithSecret>;

/** Body of POST /v1/keys. */
export const CreateApiKey = z.strictObject({
  /** For people. */
  name: z.string().min(1).max(100),
  roles: Roles,
  /** What of the roles' permissions the key has; absent = all of them. */
  scopes: z.array(Permission).min(1).max(Permission.options.length).optional(),
  /** From then on it is refused, ISO 8601; absent = never. */
  expiresAt: z.iso.datetime().optional(),
  /** Another tenant than one's own: for operators. It comes into being with its first key. */
  tenant: TenantId.optional(),
});
export type CreateApiKey = z.infer<typeof CreateApiKey>;

export const maxKeyOverlapSeconds = 30 * 24 * 3600;
/** Body of POST /v1/keys/{key}/rotate. */
export const RotateApiKey = z.strictObject({
  /** How long the old key works as well. */
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(maxKeyOverlapSeconds)
    .default(24 * 3600),
});
export type RotateApiKey = z.infer<typeof RotateApiKey>;
