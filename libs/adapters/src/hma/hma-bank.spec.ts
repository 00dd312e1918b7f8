/**
 * Against a server that behaves as the curation API of HMA is written (`blueprints/curation.py` and `docs/api.md` of
 * facebook/ThreatExchange), not against HMA itself. What holds: a bank is made once; only what was found manipulated, by a
 * real service, is banked; what was banked can be taken out; what HMA refuses is told with its words.
 */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { HmaBank, HmaError } from './hma-bank';

const signalTypes: Record<string, RegExp> = { pdq: /^[0-9a-f]{64}$/, video_md5: /^[0-9a-f]{32}$/ };
const banks = new Map<string, { ratio: number; content: Map<number, Record<string, string>> }>();
let lastId = 0;
let server: Server;
let baseUrl: string;

/** Status and body as Flask gives them there. */
function answer(method: string, path: string, body: Record<string, unknown>): [number, unknown] {
  const [, name = '', rest = ''] = /^\/c\/bank\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (method === 'POST' && path === '/c/banks') {
    const bank = String(body['name']);
    if (!/^[A-Z0-9_]+$/.test(bank)) return [400, { message: 'Bank name must match' }];
    if (banks.has(bank)) return [403, { message: 'Bank already exists' }];
    const ratio = Number(body['enabled_ratio'] ?? 1);
    banks.set(bank, { ratio, content: new Map() });
    return [201, { name: bank, matching_enabled_ratio: ratio }];
  }
  const bank = banks.get(name);
  if (!bank) return [404, { message: `bank '${name}' not found` }];
  if (method === 'GET' && rest === '') return [200, { name, matching_enabled_ratio: bank.ratio }];
  if (method === 'POST' && rest === '/signal') {
    if (Object.keys(body).length === 0) return [400, { message: 'No signals given' }];
    for (const [type, value] of Object.entries(body)) {
      const valid = signalTypes[type];
      if (!valid) return [400, { message: `No such signal type ${type}` }];
      if (!valid.test(String(value))) return [400, { message: `Invalid ${type} signal: malformed` }];
    }
    bank.content.set((lastId += 1), body as Record<string, string>);
    return [200, { id: lastId, signals: body }];
  }
  const [, id] = /^\/content\/(\d+)$/.exec(rest) ?? [];
  if (method === 'DELETE' && id) return [200, { deleted: bank.content.delete(Number(id)) ? 1 : 0 }];
  return [404, { message: 'Not Found' }];
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const [status, body] = answer(request.method ?? '', request.url ?? '', text ? JSON.parse(text) : {});
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => (server.closeAllConnections(), server.close()));
beforeEach(() => banks.clear());

const bankOf = (bank = 'ASSAY_FAKES') => new HmaBank({ baseUrl, bank });
const pdq = 'd811ac390bfa6005d08543fe27fd5a11f6b55bdd2603000dc26476fc79fc76b5';

it('makes the bank once, as it is told', async () => {
  await Promise.all([bankOf().ensure(0), bankOf().ensure(0)]);
  await bankOf().ensure(1);
  expect([...banks].map(([name, { ratio }]) => [name, ratio])).toEqual([['ASSAY_FAKES', 0]]);
  expect(() => bankOf('fakes')).toThrow(TypeError);
});

it('banks what was found manipulated, and takes it out again', async () => {
  await bankOf().ensure();
  const id = await bankOf().addVerdict({ verdict: 'likely_manipulated' }, { pdq, video_md5: 'a'.repeat(32) });
  expect(banks.get('ASSAY_FAKES')?.content.get(id ?? 0)).toEqual({ pdq, video_md5: 'a'.repeat(32) });
  expect(await bankOf().remove(id ?? 0)).toBe(true);
  expect(await bankOf().remove(id ?? 0)).toBe(false);
});

it.each([
  ['authentic', { verdict: 'likely_authentic' as const }],
  ['inconclusive', { verdict: 'inconclusive' as const }],
  ['rejected', { verdict: 'rejected' as const }],
  ['made up', { verdict: 'likely_manipulated' as const, mock: true as const }],
])('banks nothing that is %s', async (_what, verdict) => {
  await bankOf().ensure();
  expect(await bankOf().addVerdict(verdict, { pdq })).toBeNull();
  expect(banks.get('ASSAY_FAKES')?.content.size).toBe(0);
});

it.each<[string, () => Promise<unknown>, number, string]>([
  ['a bank that is not there', () => bankOf('OTHER').add({ pdq }), 404, "bank 'OTHER' not found"],
  ['a type that this HMA does not have', () => bankOf().add({ vpdq: '[]' }), 400, 'No such signal type vpdq'],
  ['a hash that is none', () => bankOf().add({ pdq: 'xyz' }), 400, 'Invalid pdq signal: malformed'],
])('tells of %s', async (_what, act, status, message) => {
  await bankOf().ensure();
  const error = await act().catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(HmaError);
  expect(error).toMatchObject({ status, message });
});
