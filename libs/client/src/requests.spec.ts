/**
 * What holds: a call that may be repeated survives a service that is out of reach for a moment, under one
 * Idempotency-Key; a deletion whose answer was lost is done; a refusal is told at once; streams are sent once; a caller who gives up is let go.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AssayClient } from './assay-client';
import { AssayUnreachableError } from './assay-error';

const media = { schema: 'assay.media/1', id: 'a'.repeat(64), bytes: 3, name: null, createdAt: '2026-01-02T03:04:05Z' };
type Answer = { status: number; body?: object; retryAfter?: string } | 'hang up' | 'half' | 'silence';

let server: Server;
let answers: Answer[] = [];
let seen: IncomingMessage[] = [];
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    const answer = answers.shift() ?? { status: 200, body: media };
    request.resume().once('end', () => {
      if (answer === 'hang up') return request.socket.destroy();
      if (answer === 'silence') return;
      if (answer === 'half') {
        response.writeHead(200, { 'content-length': '100' }).write('{"schema":', () => request.socket.destroy());
        return;
      }
      const { status, body = { type: 'urn:problem-type:assay:x', title: 'x', status }, retryAfter } = answer;
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
      response.end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (seen = []));
afterAll(() => (server.closeAllConnections(), server.close()));

const client = (retries?: number) =>
  new AssayClient({ baseUrl: url, apiKey: 'k', ...(retries === undefined ? {} : { retries }) });
const keys = () => seen.map(({ headers }) => headers['idempotency-key']);

it.each<[string, Answer[]]>([
  ['a connection that breaks', ['hang up', 'hang up']],
  ['an answer of which half comes', ['half', 'half']],
  ['a gateway without a service behind it', [{ status: 502, body: {} }, { status: 503 }]],
  ['too many requests, for as long as asked', [{ status: 429, retryAfter: '0' }]],
  [
    'an earlier try that is still worked on',
    [{ status: 409, body: { type: 'urn:problem-type:assay:idempotency-key-in-use', title: 'x', status: 409 } }],
  ],
])('survives %s', async (_what, first) => {
  answers = [...first];
  expect(await client().getMedia(media.id)).toMatchObject({ id: media.id });
  expect(seen).toHaveLength(first.length + 1);
  seen = [];
  answers = [...first];
  await client().uploadMedia(new Blob(['abc']));
  expect(seen).toHaveLength(first.length + 1);
  expect(new Set(keys()).size).toBe(1);
  expect(keys()[0]).toMatch(/^"[0-9a-f]{32}"$/);
});

it('gives each call a key of its own, or the one of its caller', async () => {
  await client().uploadMedia(new Blob(['abc']));
  await client().uploadMedia(new Blob(['abc']));
  await client().uploadMedia(new Blob(['abc']), { idempotencyKey: 'mine' });
  expect(new Set(keys()).size).toBe(3);
  expect(keys()[2]).toBe('"mine"');
});

it.each<[string, Answer, number, object]>([
  ['a refusal', { status: 404 }, 1, { name: 'AssayError', status: 404 }],
  ['a service that stays away', { status: 503 }, 3, { name: 'AssayError', status: 503 }],
  ['a line that stays broken', 'hang up', 3, { name: 'AssayUnreachableError' }],
  ['a service that asks for an hour', { status: 503, retryAfter: '3600' }, 1, { name: 'AssayError', status: 503 }],
])('tells %s', async (_what, answer, calls, error) => {
  answers = [answer, answer, answer];
  await expect(client().getMedia(media.id)).rejects.toMatchObject(error);
  expect(seen).toHaveLength(calls);
  answers = [];
});

it('sends a stream once, and as often as it is told to at most', async () => {
  answers = ['hang up'];
  const stream = new Blob(['abc']).stream();
  await expect(client().uploadMedia(stream)).rejects.toBeInstanceOf(AssayUnreachableError);
  expect(seen).toHaveLength(1);
  answers = ['hang up'];
  await expect(client(0).getMedia(media.id)).rejects.toBeInstanceOf(AssayUnreachableError);
  expect(seen).toHaveLength(2);
});

it('lets go of a caller who gives up', async () => {
  answers = ['silence'];
  const stop = new AbortController();
  const waiting = client().getMedia(media.id, stop.signal);
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(seen).toHaveLength(1);
});

it('reads evidence and documents whole, or tells that it could not', async () => {
  answers = ['half', { status: 200, body: { a: 1 } }];
  expect(await (await client().getEvidence('sc_1', 'a.jpg')).text()).toBe('{"a":1}');
  answers = ['half'];
  await expect(client(0).getEvidence('sc_1', 'a.jpg')).rejects.toBeInstanceOf(AssayUnreachableError);
});

it.each<[string, Answer]>([
  ['broke', 'hang up'],
  ['got lost behind a gateway', { status: 504 }],
])('a deletion whose answer %s is done', async (_what, first) => {
  answers = [first, { status: 404 }];
  await client().deleteMedia(media.id);
  answers = [first, { status: 404 }];
  await client().webhooks.delete('wh_1');
  expect(seen).toHaveLength(4);
});

it.each<[string, Answer[]]>([
  ['at once', []],
  ['after too many requests', [{ status: 429, retryAfter: '0' }]],
])('a deletion of what is not there is told %s', async (_when, first) => {
  answers = [...first, { status: 404 }];
  await expect(client().deleteMedia(media.id)).rejects.toMatchObject({ name: 'AssayError', status: 404 });
});
