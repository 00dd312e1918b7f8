/**
 * What holds: a filter goes into the address as it is meant; all scans come, over short and empty pages; pages are asked for
 * as they are needed; a caller who gives up gets no further scan.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ScanRecord } from '@assay/contracts';
import { AssayClient } from './assay-client';

const scan = (n: number): ScanRecord => ({
  schema: 'assay.scan/1',
  id: `sc_${String(n).padStart(32, '0')}`,
  tenant: 'default',
  media: 'a'.repeat(64),
  name: null,
  policy: 'default',
  modelSet: 'b'.repeat(64),
  state: 'queued',
  stage: 'intake',
  percent: 0,
  segments: null,
  segmentsDone: 0,
  verdict: null,
  probability: null,
  rejection: null,
  failure: null,
  createdAt: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
});

const pages = [
  { scans: [scan(1), scan(2)], next: 'one' },
  { scans: [], next: 'two' },
  { scans: [scan(3)], next: null },
];
let server: Server;
let asked: string[] = [];
let client: AssayClient;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify(pages[asked.length - 1]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new AssayClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'k' });
});
beforeEach(() => void (asked = []));
afterAll(() => (server.closeAllConnections(), server.close()));

it('sends what is given, and times with their zone', async () => {
  await client.listScans({
    state: 'done',
    minProbability: 0,
    createdAfter: new Date(Date.UTC(2026, 0, 1)),
    createdBefore: '2026-02-01T00:00:00+01:00',
    media: undefined,
  });
  const query = new URL(asked[0] ?? '', 'http://x').searchParams;
  expect(Object.fromEntries(query)).toEqual({
    state: 'done',
    minProbability: '0',
    createdAfter: '2026-01-01T00:00:00.000Z',
    createdBefore: '2026-02-01T00:00:00+01:00',
  });
});

it('gives all scans, page by page as they are taken', async () => {
  const seen: [string, number][] = [];
  for await (const { id } of client.scans({ verdict: 'inconclusive', limit: 2 })) seen.push([id, asked.length]);
  expect(seen).toEqual([
    [scan(1).id, 1],
    [scan(2).id, 1],
    [scan(3).id, 3],
  ]);
  expect(asked).toEqual([
    '/v1/scans?verdict=inconclusive&limit=2',
    '/v1/scans?verdict=inconclusive&limit=2&cursor=one',
    '/v1/scans?verdict=inconclusive&limit=2&cursor=two',
  ]);
});

it('asks for no more once the caller has enough', async () => {
  for await (const { id } of client.scans()) if (id === scan(2).id) break;
  expect(asked).toHaveLength(1);
});

it('ends by the signal, also within a page', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const reading = async () => {
    for await (const { id } of client.scans({}, stop.signal)) {
      seen.push(id);
      stop.abort(new Error('enough'));
    }
  };
  await expect(reading()).rejects.toThrow('enough');
  expect([seen, asked.length]).toEqual([[scan(1).id], 1]);
  await expect(client.scans({}, AbortSignal.abort(new Error('before'))).next()).rejects.toThrow('before');
  expect(asked).toHaveLength(1);
});
