import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { ScanId, TenantId } from '@assay/contracts';

/** What a link opens, and until when. */
export interface LinkClaims {
  tenant: TenantId;
  scan: ScanId;
  name: string;
  /** Unix time, seconds. */
  expires: number;
}

/** Part of what is signed: a later form of links is none of this one. */
const version = 1;
const keyBytes = 32;

/** The key of links (HKDF, RFC 5869), so that a secret is never used as it lies in the store. */
export function linkKeyOf(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `assay evidence link ${version}`, keyBytes));
}

/** @returns HMAC-SHA256 as base64url, 43 characters */
export function signLink({ tenant, scan, name, expires }: LinkClaims, key: Buffer): string {
  // As JSON, so that no two lists of claims look alike.
  return createHmac('sha256', key)
    .update(JSON.stringify([version, tenant, scan, name, expires]))
    .digest('base64url');
}

/** In constant time. The text is compared and not its bytes: the last character of base64url can be written in four ways. */
export function isLinkSignature(signature: string, claims: LinkClaims, key: Buffer): boolean {
  const [given, right] = [Buffer.from(signature), Buffer.from(signLink(claims, key))];
  return given.length === right.length && timingSafeEqual(given, right);
}
