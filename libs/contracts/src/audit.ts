import { z } from 'zod';
import { defaultPageSize, maxPageSize } from './api';
import { TenantId } from './tenant';

/** One thing that somebody did, or was kept from doing. Ids alone: no names, addresses or contents. */
export const AuditEntry = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.audit/1'),
  /** From 1, without gaps. */
  sequence: z.number().int().positive(),
  /** When, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  /** Id of a key, `oidc:` and the subject of a person, `cli:` and the account on a command line, or null for who had no valid key. */
  actor: z.string().nullable(),
  /** Of the actor. */
  tenant: TenantId.nullable(),
  /** Method and pattern of the route, `POST /v1/keys/:key/rotate`; or what the command line did. */
  action: z.string(),
  /** Parameters of the address: on what. */
  object: z.record(z.string(), z.string()),
  /** `done`; `refused`: the request could not be carried out; `denied`: not permitted; `failed`: a fault of the service. */
  outcome: z.enum(['done', 'refused', 'denied', 'failed']),
  /** HTTP status; null for the command line. */
  status: z.number().int().nullable(),
  /** `X-Request-Id` of the request; null for the command line. */
  requestId: z.string().nullable(),
  /** `hash` of the entry before; 64 zeros in the first. */
  previous: z.string(),
  /** Hex SHA-256 of the canonical JSON (RFC 8785) of this entry without this field. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Most entries of a page. */
export const maxAuditPage = 500;

/** What was noted together: one object of the store. The log is its pages, in the order of their numbers, from 1 and without gaps. */
export const AuditPage = z.object({
  schema: z.literal('assay.audit-page/1'),
  entries: z.array(AuditEntry).min(1).max(maxAuditPage),
});
export type AuditPage = z.infer<typeof AuditPage>;

/** Query of GET /v1/audit. */
export const ListAudit = z.strictObject({
  /** Most entries of one page, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize),
  /** What the page before gave as `next`. */
  cursor: z.coerce.number().int().positive().optional(),
});
export type ListAudit = z.infer<typeof ListAudit>;

/** Newest first. A page may be short, or empty, before the end: `next` says whether there is more. */
export const AuditList = z.object({
  /** One page of them. */
  entries: z.array(AuditEntry),
  /** Give it as `cursor` to get the next page; null = this was the last. */
  next: z.number().int().nullable(),
});
export type AuditList = z.infer<typeof AuditList>;
