import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../object-store';
import { createS3Store } from './create-s3-store';

/**
 * What servers say to `If-None-Match: *`. Swift, the server of the conformance run, refuses it, so these answers come
 * from a stand-in that speaks only this corner of the protocol (PUT, HEAD, DELETE on a map):
 *
 * 1. A server that decides: of racing writers exactly one writes.
 * 2. A server that ignores the header, or answers 501: an object that is there still stays; asked once, not per write.
 */
type Habit = 'decides' | 'ignores' | 'refuses';

const never = new AbortController().signal;

describe.each<[Habit, number]>([
  ['decides', 1],
  ['ignores', 4],
  ['refuses', 4],
])('a server that %s conditional writes', (habit, winnersOfFour) => {
  const objects = new Map<string, Buffer>();
  const asked: string[] = [];
  let server: Server;
  let store: ObjectStore;

  beforeEach(async () => {
    objects.clear();
    asked.length = 0;
    server = createServer(async (request, response) => {
      const path = new URL(request.url ?? '', 'http://x').pathname;
      const conditional = request.headers['if-none-match'] === '*';
      if (conditional) asked.push(path);
      response.statusCode = await answer(habit, objects, request, path, conditional);
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    store = createS3Store({ endpoint, region: 'x', bucket: 'b', forcePathStyle: true, ...credentials });
  });
  afterEach(async () => {
    await store.close();
    await new Promise((closed) => server.close(closed));
  });

  const put = (body: string): Promise<string> => store.put('media/x', body, { ifAbsent: true }, never);

  it('keeps what is there', async () => {
    expect([await put('first'), await put('second')]).toEqual(['written', 'exists']);
    expect(objects.get('/b/media/x')?.toString()).toBe('first');
    expect([...objects.keys()]).toEqual(['/b/media/x']);
  });

  it('racing writers', async () => {
    const ends = await Promise.all(['a', 'b', 'c', 'd'].map(put));
    expect(ends.filter((end) => end === 'written')).toHaveLength(winnersOfFour);
    const probes = asked.filter((path) => path !== '/b/media/x');
    expect(probes.length).toBeLessThanOrEqual(2);
    if (habit !== 'decides') expect(asked).toEqual(probes);
  });
});

async function answer(
  habit: Habit,
  objects: Map<string, Buffer>,
  request: IncomingMessage,
  path: string,
  conditional: boolean,
): Promise<number> {
  const body = await buffer(request);
  if (request.method === 'HEAD') return objects.has(path) ? 200 : 404;
  if (request.method === 'DELETE') return objects.delete(path) ? 204 : 404;
  if (conditional && habit === 'refuses') return 501;
  if (conditional && habit === 'decides' && objects.has(path)) return 412;
  objects.set(path, body);
  return 200;
}
