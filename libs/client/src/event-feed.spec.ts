/**
 * What holds: whoever keeps the cursor that he is told, and begins there again, misses no event, wherever he was stopped; a service that
 * is away is asked again for the same page, and a refusal is told.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ToldNews } from '@assay/contracts';
import { AssayClient } from './assay-client';

const event = (n: number): ToldNews => {
  const scan = `sc_${String(n).padStart(32, '0')}`;
  const nothing = { verdict: null, probability: null, rejection: null, failure: null };
  return {
    ...{ id: `${scan}-scan-cancelled`, type: 'scan.cancelled', timestamp: '2026-01-02T03:04:05.678Z' },
    data: { scan, tenant: 'default', media: 'a'.repeat(64), policy: 'default', state: 'cancelled', ...nothing },
  };
};
const idOf = (n: number) => event(n).id;

/** Two events a page, four in all; behind them nothing new comes. */
const pages: Record<string, { events: ToldNews[]; next: string }> = {
  '': { events: [event(1), event(2)], next: 'c2' },
  c2: { events: [event(3), event(4)], next: 'c4' },
  c4: { events: [], next: 'c4' },
};
let server: Server;
let client: AssayClient;
let asked: string[] = [];
let refusals: number[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const after = new URL(request.url ?? '', 'http://x').searchParams.get('after') ?? '';
    asked.push(after);
    const status = refusals.shift() ?? 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? pages[after] : { type: 'about:blank', title: 'no', status }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new AssayClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'k', retries: 0 }); // prettier-ignore
});
beforeEach(() => void ([asked, refusals] = [[], []]));
afterAll(() => (server.closeAllConnections(), server.close()));

/** Takes so many events, as one who is stopped behind the last of them. @returns what he has taken and the cursors that he was told */
async function take(count: number, after?: string) {
  const [seen, cursors]: [string[], string[]] = [[], []];
  const onCursor = (next: string) => void cursors.push(next);
  for await (const { id } of client.feed(after === undefined ? { onCursor } : { after, onCursor })) {
    seen.push(id);
    if (seen.length === count) break;
  }
  return { seen, cursors };
}

it.each([
  [1, []],
  [2, []],
  [3, ['c2']],
  [4, ['c2']],
])('of %i events that were taken it tells the cursors of the pages that are behind the caller', async (count, told) => {
  const { seen, cursors } = await take(count);
  expect(seen).toEqual(Array.from({ length: count }, (_, n) => idOf(n + 1)));
  expect(cursors).toEqual(told);
});

it('asks a service that was away for the same page again, and tells a refusal', async () => {
  refusals = [200, 503];
  expect((await take(3)).seen).toEqual([1, 2, 3].map(idOf));
  expect(asked).toEqual(['', 'c2', 'c2']);
  refusals = [410];
  await expect(take(1, 'c2')).rejects.toMatchObject({ name: 'AssayError', status: 410 });
});
