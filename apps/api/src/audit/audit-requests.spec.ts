import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AuditLog, Logger } from '@assay/pipeline';
import type { Request, Response } from 'express';
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
