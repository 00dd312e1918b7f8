import { createHash } from 'node:crypto';
import { defaultTenant, MediaId, Policy, ScanId } from '@assay/contracts';

/** 128 bits: enough that two scans never meet, short enough to read aloud in part. */
const idHexDigits = 32;

/**
 * Same media, same policy (its content, not its name) and same models: same scan. Asking twice costs nothing, and a
 * policy that is edited under its old name gives a new scan instead of an old answer. Tenants never share a scan: how long
 * an answer takes must not say that somebody else had asked before.
 */
export function scanIdFor(media: MediaId, policy: Policy, modelSetDigest: string, tenant = defaultTenant): ScanId {
  const parts = [media, canonical(policy), modelSetDigest, ...(tenant === defaultTenant ? [] : [tenant])];
  const hash = createHash('sha256').update(JSON.stringify(parts));
  return `sc_${hash.digest('hex').slice(0, idHexDigits)}`;
}

/** The same value whatever the order in which keys were written. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}
