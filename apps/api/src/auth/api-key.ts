import { createHash, randomBytes } from 'node:crypto';
import { Owner } from '@assay/contracts';
import { z } from 'zod';

/** 256 bits from the system's generator: nothing to guess, so a fast hash is enough to store it by. */
const keyBytes = 32;
/** Lets secret scanners find a key that was committed by mistake. */
const prefix = 'assay_';
const shape = /^assay_[A-Za-z0-9_-]{43}$/;

/** What the object store keeps: never the key. */
export const ApiKeyRecord = z.object({
  schema: z.literal('assay.key/1'),
  tenant: Owner,
  name: z.string(),
  role: z.literal('admin'),
  createdAt: z.iso.datetime(),
});
export type ApiKeyRecord = z.infer<typeof ApiKeyRecord>;

export const keysPrefix = 'keys/';

export function newApiKey(): string {
  return prefix + randomBytes(keyBytes).toString('base64url');
}

export function isApiKey(text: string): boolean {
  return shape.test(text);
}

/** Where the key's record lies. The store is asked for a hash, so how long it takes says nothing about any key. */
export function objectKeyOf(apiKey: string): string {
  return `${keysPrefix}${createHash('sha256').update(apiKey).digest('hex')}.json`;
}
