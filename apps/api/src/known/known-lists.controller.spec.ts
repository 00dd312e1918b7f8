/** A list may take longer to come in, or to go, than a connection may be silent: its caller is answered all the same. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTenant, type KnownList } from '@assay/contracts';
import type { Ports, ScanQueues } from '@assay/pipeline';
import type { Response } from 'express';
import { noAbort, testPorts } from '../../../../libs/pipeline/src/testing/test-ports';
import { KnownListsController } from './known-lists.controller';

const silentMs = 100;
const slowly = (): Promise<void> => sleep(4 * silentMs);
const rows = [{ signal_type: 'photo_md5', signal_str: 'a'.repeat(32) }];

it('answers after a silence that would end the connection', async () => {
  const base = await testPorts();
  const ports = { ...base, known: { put: slowly, remove: slowly } } as unknown as Ports;
  const queues = { sweep: { add: async () => undefined } } as unknown as ScanQueues;
  const lists = new KnownListsController(ports, queues, noAbort);
  const work = async (method: string | undefined, response: ServerResponse): Promise<KnownList | null> => {
    // What express adds to a response.
    const express = Object.assign(response, { location: () => express }) as unknown as Response;
    const given = { name: 'a list', label: 'confirmed_manipulated' as const, rows };
    if (method === 'POST') return lists.import(defaultTenant, given, express);
    const [made] = (await lists.list(defaultTenant)).lists;
    await lists.remove(defaultTenant, made!.id, express);
    return null;
  };
  const server = createServer((request, response) => {
    void work(request.method, response).then((body) => response.end(JSON.stringify(body)));
  });
  server.timeout = silentMs;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const method of ['POST', 'DELETE']) expect((await fetch(url, { method })).status).toBe(200);
    expect((await lists.list(defaultTenant)).lists).toEqual([]);
  } finally {
    server.closeAllConnections();
    server.close();
    await base.close();
  }
});
