import type { Permission, Role } from '@assay/contracts';

/**
 * Who may do what: a route needs one permission, and a permission comes with some roles. A route that is not here can be
 * used by nobody, and the service does not start.
 */
export const routePermissions: Readonly<Record<string, Permission>> = {
  'POST /v1/media': 'media:write',
  'GET /v1/media/:media': 'media:read',
  'DELETE /v1/media/:media': 'media:delete',
  'OPTIONS /v1/uploads': 'media:write',
  'OPTIONS /v1/uploads/:upload': 'media:write',
  'POST /v1/uploads': 'media:write',
  'HEAD /v1/uploads/:upload': 'media:write',
  'GET /v1/uploads/:upload': 'media:write',
  'PATCH /v1/uploads/:upload': 'media:write',
  'DELETE /v1/uploads/:upload': 'media:write',
  'POST /v1/uploads/direct': 'media:write',
  'POST /v1/uploads/:upload/complete': 'media:write',
  'POST /v1/scans': 'scans:write',
  'GET /v1/scans': 'scans:read',
  'GET /v1/scans/:scan': 'scans:read',
  'GET /v1/scans/:scan/history': 'scans:read',
  'POST /v1/scans/:scan/cancel': 'scans:write',
  'GET /v1/scans/:scan/events': 'scans:read',
  'GET /v1/scans/:scan/verdict': 'scans:read',
  'GET /v1/scans/:scan/verdict/signature': 'scans:read',
  'GET /v1/scans/:scan/evidence/:name': 'scans:read',
  'GET /v1/events': 'events:read',
  'POST /v1/webhooks': 'webhooks:write',
  'GET /v1/webhooks': 'webhooks:read',
  'GET /v1/webhooks/:webhook': 'webhooks:read',
  'PATCH /v1/webhooks/:webhook': 'webhooks:write',
  'DELETE /v1/webhooks/:webhook': 'webhooks:write',
  'POST /v1/webhooks/:webhook/rotate-secret': 'webhooks:write',
  'POST /v1/webhooks/:webhook/test': 'webhooks:write',
  'GET /v1/webhooks/:webhook/deliveries': 'webhooks:read',
  'GET /v1/webhooks/:webhook/deliveries/:delivery': 'webhooks:read',
  'POST /v1/webhooks/:webhook/deliveries/:delivery/replay': 'webhooks:write',
  'POST /v1/keys': 'keys:write',
  'GET /v1/keys': 'keys:read',
  'GET /v1/keys/:key': 'keys:read',
  'POST /v1/keys/:key/rotate': 'keys:write',
  'DELETE /v1/keys/:key': 'keys:write',
  'POST /v1/erasures': 'erasures:write',
  'GET /v1/erasures': 'erasures:read',
  'GET /v1/erasures/:erasure': 'erasures:read',
  'POST /v1/holds': 'holds:write',
  'GET /v1/holds': 'holds:read',
  'DELETE /v1/holds/:hold': 'holds:write',
  'GET /v1/retention': 'retention:read',
  'PUT /v1/retention': 'retention:write',
  'GET /v1/audit': 'audit:read',
  'GET /v1/dead-letters': 'fleet:read',
  'GET /v1/dead-letters/:letter': 'fleet:read',
  'POST /v1/dead-letters/:letter/retry': 'fleet:write',
  'DELETE /v1/dead-letters/:letter': 'fleet:write',
  'GET /v1/models/sets': 'fleet:read',
  'GET /v1/models/rollout': 'fleet:read',
  'POST /v1/models/rollout/shadow': 'fleet:write',
  'POST /v1/models/rollout/canary': 'fleet:write',
  'POST /v1/models/rollout/promote': 'fleet:write',
  'POST /v1/models/rollout/rollback': 'fleet:write',
  'POST /v1/models/rollout/reference': 'fleet:write',
  'GET /v1/models/drift': 'fleet:read',
  'GET /v1/models/comparison': 'fleet:read',
  'POST /v1/rescans': 'fleet:write',
  'GET /v1/rescans': 'fleet:read',
  'GET /v1/rescans/:rescan': 'fleet:read',
  'POST /v1/rescans/:rescan/cancel': 'fleet:write',
  'GET /metrics': 'metrics:read',
};

/** All but those of operators are about the key's own tenant alone. */
export const permissionRoles: Readonly<Record<Permission, readonly Role[]>> = {
  'media:read': ['admin', 'moderator', 'submitter', 'viewer'],
  'media:write': ['admin', 'moderator', 'submitter'],
  'media:delete': ['admin', 'submitter'],
  'scans:read': ['admin', 'moderator', 'submitter', 'viewer'],
  'scans:write': ['admin', 'moderator', 'submitter'],
  'events:read': ['admin', 'moderator', 'submitter', 'viewer'],
  'webhooks:read': ['admin', 'auditor'],
  'webhooks:write': ['admin'],
  'keys:read': ['admin', 'auditor'],
  'keys:write': ['admin', 'operator'],
  'erasures:read': ['admin', 'auditor'],
  'erasures:write': ['admin'],
  'holds:read': ['admin', 'auditor'],
  'holds:write': ['admin'],
  'retention:read': ['admin', 'auditor'],
  'retention:write': ['admin'],
  'audit:read': ['admin', 'auditor', 'operator'],
  'fleet:read': ['operator'],
  'fleet:write': ['operator'],
  'metrics:read': ['operator'],
  'tenants:write': ['operator'],
};

/** What needs no key: the page, the description of the API, public keys, and health. None of it holds data. */
const publicPaths: readonly RegExp[] = [
  ...[/^\/$/, /^\/index\.html$/, /^\/favicon\.svg$/, /^\/assets\//, /^\/embed\/assay-verdict\.js$/],
  ...[/^\/docs(\/|$)/, /^\/v1\/health\//, /^\/\.well-known\/assay-keys\.json$/],
];

export const isPublic = (path: string): boolean => publicPaths.some((pattern) => pattern.test(path));

export function permissionsOf(roles: readonly Role[], scopes: readonly Permission[] | null): Set<Permission> {
  const all = Object.entries(permissionRoles) as [Permission, readonly Role[]][];
  const given = all.filter(([, having]) => having.some((role) => roles.includes(role))).map(([name]) => name);
  return new Set(scopes === null ? given : given.filter((name) => scopes.includes(name)));
}
