import { createHash } from 'node:crypto';
import { EvidenceLinkQuery, EvidenceName, ScanId } from '@assay/contracts';
import type { NextFunction, Request, Response } from 'express';
import { matchRoute } from '../auth/match-route';
import { type Principal, setPrincipal } from '../auth/principal';
import { problems } from '../problems/problems';
import type { LinkKeys } from './link-keys';
import { isLinkSignature, type LinkClaims } from './sign-link';

/** The one route that a link opens. */
const route = 'GET /v1/scans/:scan/evidence/:name';

/**
 * Middleware, before a key is asked for: a link that fits stands for one, with the permission of its route alone. Nothing is
 * read of the scan before the signature was checked, so that a stranger learns nothing of what there is.
 */
export function admitLink(linkKeys: LinkKeys, signal: AbortSignal) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (request.query['signature'] === undefined) return next();
    const matched = matchRoute(request.method, request.path);
    if (matched?.route !== route) return next();
    open(request, linkKeys, signal).then((principal) => {
      setPrincipal(request, { ...principal, permissions: new Set([matched.permission]) });
      next();
    }, next);
  };
}

async function open(
  { path, query }: Request,
  linkKeys: LinkKeys,
  signal: AbortSignal,
): Promise<Omit<Principal, 'permissions'>> {
  const given = EvidenceLinkQuery.safeParse(query);
  // Undecoded: of what follows these schemas nothing can be written in another way.
  const [, , , scan, , name] = path.split('/');
  const [scanId, evidence] = [ScanId.safeParse(scan), EvidenceName.safeParse(name)];
  if (!given.success || !scanId.success || !evidence.success) throw problems.linkInvalid();
  const { tenant, signature } = given.data;
  const claims: LinkClaims = {
    tenant,
    scan: scanId.data,
    name: evidence.data,
    expires: Number(given.data.expires),
  };
  const fits = await linkKeys.some((key) => isLinkSignature(signature, claims, key), signal);
  if (!fits) throw problems.linkInvalid();
  const linkUntil = claims.expires * 1000;
  if (linkUntil <= Date.now()) throw problems.linkExpired();
  return { key: `link:${idOf(signature)}`, tenant, roles: [], linkUntil };
}

const idCharacters = 16;

/** Names the link where its requests are counted, and opens nothing. */
const idOf = (signature: string): string => createHash('sha256').update(signature).digest('hex').slice(0, idCharacters);
