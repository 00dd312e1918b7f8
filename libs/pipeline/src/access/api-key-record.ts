import { createHash, randomBytes } from 'node:crypto';
import { type ApiKeyId, Owner, Permission, Role, TenantId } from '@assay/contracts';
import { z } from 'zod';

/** 256 bits from the system's generator: nothing to guess, so a fast hash is enough to store it by. */
const keyBytes = 32;
/** Lets secret scanners find a key that was committed by mistake. */
const prefix = 'assay_';
const shape = /^assay_[A-Za-z0-9_-]{43}$/;
/** Shown in lists: 36 bits of 256. */
const shownCharacters = prefix.length + 6;
const idDigits = 24;

const FirstRecord = z.object({
  schema: z.literal('assay.key/1'),
  tenant: Owner,
  name: z.string(),
  role: z.literal('admin'),
  createdAt: z.iso.datetime(),
});

const PresentRecord = z.object({
  schema: z.literal('assay.key/2'),
  tenant: TenantId,
  name: z.string(),
  prefix: z.string().nullable(),
  roles: z.array(Role),
  scopes: z.array(Permission).nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
});
export type ApiKeyRecord = z.infer<typeof PresentRecord>;

/** The roles of the key that a service is born with: it runs the service, and is the admin of the first tenant. */
export const firstRoles: readonly Role[] = ['admin', 'operator'];

/** What the object store keeps of a key: never the key. Records of the first version were all of first keys. */
export const ApiKeyRecord = z.union([
  PresentRecord,
  FirstRecord.transform(({ tenant, name, createdAt }): ApiKeyRecord => {
    const roles = [...firstRoles];
    const unknown = { prefix: null, scopes: null, createdBy: null, expiresAt: null };
    return { schema: 'assay.key/2', tenant, name, roles, createdAt, ...unknown };
  }),
]);

export function newApiKey(): string {
  return prefix + randomBytes(keyBytes).toString('base64url');
}

export function isApiKey(text: string): boolean {
  return shape.test(text);
}

/** Of a key that is made now: by nobody, with all that its roles have, for ever. */
export function recordOfKey(
  apiKey: string,
  { tenant, name, roles }: Pick<ApiKeyRecord, 'tenant' | 'name' | 'roles'>,
): ApiKeyRecord {
  const prefix = apiKey.slice(0, shownCharacters);
  const createdAt = new Date().toISOString();
  const rest = { scopes: null, createdAt, createdBy: null, expiresAt: null };
  return { schema: 'assay.key/2', tenant, name, prefix, roles, ...rest };
}

/** By which the store is asked, so that how long it takes says nothing about any key. Hex SHA-256. */
export function hashOfKey(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('hex');
}

export const idOfHash = (hash: string): ApiKeyId => `key_${hash.slice(0, idDigits)}`;
export const hashStartOf = (id: ApiKeyId): string => id.slice('key_'.length);
