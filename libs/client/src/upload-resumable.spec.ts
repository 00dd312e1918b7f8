/**
 * What holds: an upload that is cut goes on where it stood, also when the service is away or busy when it is asked how much
 * is there; it begins anew only when it is gone; what cannot pass is told at once, and so is a file that cannot be read.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AssayClient } from './assay-client';
import { AssayUnreachableError } from './assay-error';

interface Answer {
  status: number;
  retryAfter?: string;
}
type Refusals = Partial<Record<'POST' | 'HEAD' | 'PATCH', (Answer | 'hang up')[]>>;

const bytes = new Uint8Array([1, 2, 3, 4]);
let server: Server;
let refusals: Refusals = {};
let methods: string[] = [];
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    methods.push(request.method!);
    request.resume().once('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (methods = []));
afterAll(() => (server.closeAllConnections(), server.close()));

function answer({ method, socket }: IncomingMessage, response: ServerResponse): void {
  const refusal = refusals[method as keyof Refusals]?.shift();
  if (refusal === 'hang up') return void socket.destroy();
  if (refusal) {
    const { status, retryAfter } = refusal;
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
  } else if (method === 'POST') {
    response.writeHead(201, { location: '/v1/uploads/u' }).end();
  } else if (method === 'HEAD') {
    response.writeHead(200, { 'upload-offset': '1', 'upload-length': '4' }).end();
  } else {
    response.writeHead(204, { 'upload-offset': '4', 'assay-media': 'm' }).end();
  }
}

const upload = (given: Refusals, retryDelaysMs = [0, 0, 0]) => {
  refusals = given;
  return new AssayClient({ baseUrl: url, apiKey: 'k' }).uploadResumable(bytes, { retryDelaysMs });
};

it.each<[string, Answer | 'hang up']>([
  ['away', { status: 503 }],
  ['busy', { status: 429, retryAfter: '0' }],
  ['writing to it', { status: 423 }],
  ['out of reach', 'hang up'],
])('goes on with the same upload when the service is %s as it is asked', async (_what, first) => {
  expect(await upload({ PATCH: ['hang up'], HEAD: [first] })).toEqual({ media: 'm', scan: null });
  expect(methods).toEqual(['POST', 'PATCH', 'HEAD', 'HEAD', 'PATCH']);
});

it('begins anew when the upload is gone', async () => {
  await upload({ PATCH: ['hang up'], HEAD: [{ status: 404 }] });
  expect(methods).toEqual(['POST', 'PATCH', 'HEAD', 'POST', 'PATCH']);
});

it('tells a refusal to say how much is there', async () => {
  const sending = upload({ PATCH: ['hang up'], HEAD: [{ status: 401 }] });
  await expect(sending).rejects.toMatchObject({ name: 'AssayError', status: 401 });
  expect(methods).toEqual(['POST', 'PATCH', 'HEAD']);
});

it('tells what stays, with its status', async () => {
  const away = { status: 503 };
  const sending = upload({ PATCH: ['hang up'], HEAD: [away, away, away] });
  await expect(sending).rejects.toMatchObject({ name: 'AssayError', status: 503 });
  await expect(upload({ POST: ['hang up', 'hang up'] }, [0])).rejects.toBeInstanceOf(AssayUnreachableError);
});

it.each<Answer>([{ status: 501 }, { status: 507 }, { status: 429, retryAfter: '61' }])(
  'does not ask again after %j',
  async (lasting) => {
    const sending = upload({ POST: [lasting] });
    await expect(sending).rejects.toMatchObject({ name: 'AssayError', status: lasting.status });
    expect(methods).toEqual(['POST']);
  },
);

it('tells a file that cannot be read as what it is', async () => {
  const missing = createReadStream('/nowhere/clip.mp4').on('error', () => undefined);
  const sending = new AssayClient({ baseUrl: url, apiKey: 'k' }).uploadResumable(missing);
  await expect(sending).rejects.toMatchObject({ code: 'ENOENT' });
  expect(methods).toEqual([]);
});
