import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AuditLog, Logger } from '@assay/pipeline';
import type { Request, Response } from 'express';
import { setPrincipal } from '../auth/principal';
import { auditRequests } from './audit-requests';

/** Found under a flood of refused requests: the API held 9 kB for each until the disk had its entry. */
test('a request is not kept while its entry waits to be written', async () => {
  const waiting: Promise<never>[] = [];
  const append = jest.fn(() => {
    const never = new Promise<never>(() => undefined);
    waiting.push(never);
    return never;
  });
  const noted = auditRequests({ append } as unknown as AuditLog, {} as Logger);
  const answer = (): WeakRef<Response> => {
    const request = { method: 'POST', path: '/v1/media', headers: {} } as Request;
    const response = Object.assign(new EventEmitter(), { statusCode: 201, getHeader: () => 'id' });
    noted(request, response as unknown as Response, () => undefined);
    response.emit('close');
    return new WeakRef(response as unknown as Response);
  };
  const kept = answer();
  expect(append).toHaveBeenCalledTimes(1);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a WeakRef was made of lives until the end of its turn.
  await new Promise(setImmediate);
  collect();
  expect(kept.deref()).toBeUndefined();
});

/** Found by reading: any key could fill the log, and with 20,000 entries waiting keep others' out. */
test('a key that is turned away again and again fills no log, and keeps no other out', () => {
  const append = jest.fn(async () => undefined);
  const noted = auditRequests({ append } as unknown as AuditLog, {} as Logger);
  const denied = (key: string): void => {
    const request = { method: 'GET', path: '/v1/webhooks', headers: {} } as Request;
    setPrincipal(request, { key, tenant: 'acme', roles: [], permissions: new Set() });
    const response = Object.assign(new EventEmitter(), { statusCode: 403, getHeader: () => 'id' });
    noted(request, response as unknown as Response, () => undefined);
    response.emit('close');
  };
  for (let n = 0; n < 500; n += 1) denied('key_loud');
  denied('key_calm');
  const actors = append.mock.calls.map(([fact]: unknown[]) => (fact as { actor: string }).actor);
  expect(actors.filter((actor) => actor === 'key_loud')).toHaveLength(60);
  expect(actors.at(-1)).toBe('key_calm');
});
