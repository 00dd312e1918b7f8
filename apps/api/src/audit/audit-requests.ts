import type { AuditEntry } from '@assay/contracts';
import type { AuditFact, AuditLog, Logger } from '@assay/pipeline';
import type { NextFunction, Request, Response } from 'express';
import { requestIdOf } from '../http/request-id';
import { wantsToBeAsked } from '../auth/key-as-password';
import { matchRoute } from '../auth/match-route';
import { findPrincipal } from '../auth/principal';

const objects = new WeakMap<Response, Record<string, string>>();

/** Says on what a request was, where its address does not: the id of what it made. */
export function noteObject(response: Response, object: Record<string, string>): void {
  objects.set(response, object);
}

/** What changes nothing; and pieces of an upload, whose beginning is noted. */
const silent = new Set(['PATCH /v1/uploads/:upload', 'HEAD /v1/uploads/:upload']);
const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/**
 * A flood of requests that are turned away must not fill the store, nor keep others' entries out: beyond this, those of one key, and all
 * without one, are in the access log alone.
 */
const deniedPerMinute = 60;
const minuteMs = 60_000;

/** Middleware, before who asks is known: notes what was done, and what was denied, once it is answered. */
export function auditRequests(audit: AuditLog, log: Logger) {
  const isFlood = countDenied();
  return (request: Request, response: Response, next: NextFunction): void => {
    response.once('close', () => {
      const { method, path } = request;
      const matched = matchRoute(method, path);
      if (!matched) return;
      const principal = findPrincipal(request);
      const { statusCode: status } = response;
      const denied = status === 401 || status === 403;
      if (!denied && (!changing.has(method) || silent.has(matched.route))) return;
      // Nobody was turned away, and what that says would be in the log once for each message.
      if (!principal && wantsToBeAsked(request)) return;
      if ((denied || !principal) && isFlood(principal?.key ?? null)) return;
      const fact = {
        at: new Date().toISOString(),
        actor: principal?.key ?? null,
        tenant: principal?.tenant ?? null,
        action: matched.route,
        object: { ...parametersOf(matched.route, path), ...objects.get(response) },
        outcome: outcomeOf(status),
        status,
        requestId: requestIdOf(response),
      };
      note(fact, audit, log);
    });
    next();
  };
}

/**
 * Apart from where the fact was gathered: entries wait for the disk one behind the other, and would keep their requests
 * meanwhile, ten times as much.
 */
function note(fact: AuditFact, audit: AuditLog, log: Logger): void {
  // Not ended by the service's closing: it waits for what is noted.
  audit.append(fact, new AbortController().signal).catch((error: unknown) => {
    log.error({ ...fact, err: error }, 'not written to the audit log');
  });
}

/** @returns whether who was turned away has been so too often in this minute; null = whoever has no key */
function countDenied(): (actor: string | null) => boolean {
  const counts = new Map<string | null, number>();
  let since = 0;
  return (actor) => {
    const now = Date.now();
    if (now - since > minuteMs) {
      counts.clear();
      since = now;
    }
    const count = (counts.get(actor) ?? 0) + 1;
    counts.set(actor, count);
    return count > deniedPerMinute;
  };
}

function outcomeOf(status: number): AuditEntry['outcome'] {
  if (status === 401 || status === 403) return 'denied';
  return status < 400 ? 'done' : status < 500 ? 'refused' : 'failed';
}

/** Longest part of an address that is kept, characters: ids are shorter. */
const longestPart = 120;

function parametersOf(route: string, path: string): Record<string, string> {
  const names = (route.split(' ')[1] ?? '').split('/');
  const parts = path.split('/');
  return Object.fromEntries(
    names.flatMap((name, at) =>
      name.startsWith(':') ? [[name.slice(1), (parts[at] ?? '').slice(0, longestPart)]] : [],
    ),
  );
}
