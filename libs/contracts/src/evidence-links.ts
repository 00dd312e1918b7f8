import { z } from 'zod';
import { EvidenceName } from './api';
import { TenantId } from './tenant';

/** Longest life of a link: long enough to look at a verdict, too short to be passed around, seconds. */
export const maxLinkSeconds = 900;
export const defaultLinkSeconds = 300;

/** Body of POST /v1/scans/{scan}/evidence-links. */
export const CreateEvidenceLinks = z.strictObject({
  expiresInSeconds: z.number().int().min(1).max(maxLinkSeconds).default(defaultLinkSeconds),
});
export type CreateEvidenceLinks = z.infer<typeof CreateEvidenceLinks>;

/** Addresses that open evidence of one scan without a key. Whoever has one can open it: handle them like passwords. */
export const EvidenceLinks = z.object({
  /** By the name that the verdict has for the artefact. What retention has removed is not among them. */
  links: z.record(EvidenceName, z.url()),
  /** Of all of them. */
  expiresAt: z.iso.datetime(),
});
export type EvidenceLinks = z.infer<typeof EvidenceLinks>;

/** Query of GET /v1/scans/{scan}/evidence/{name} instead of a key, as a link has it. */
export const EvidenceLinkQuery = z.object({
  tenant: TenantId,
  /** Unix time, seconds. */
  expires: z.string().regex(/^[1-9]\d{9}$/, 'must be a Unix time in seconds'),
  /** HMAC-SHA256 as base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 43 characters of base64url'),
});
export type EvidenceLinkQuery = z.infer<typeof EvidenceLinkQuery>;
