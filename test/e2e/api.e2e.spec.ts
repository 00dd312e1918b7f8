/**
 * The HTTP API, with a real Redis, a real folder store and real uploads. What holds:
 * - nothing but health, the page and the description answers without a key;
 * - every refusal is a problem document that follows its schema and names no path and no stack;
 * - an upload that is refused, cut off or abandoned leaves nothing in the store;
 * - the same bytes are one media item, the same request is one scan;
 * - deletion leaves nothing of the media in the store;
 * - listeners that leave take their Redis subscription with them;
 * - what the API answers follows the description that it publishes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Problem } from '@assay/contracts';
import { keys } from '@assay/pipeline';
import { Redis } from 'ioredis';
import { apiChecker, type ApiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';

const maxBytes = 1_000_000;
const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const absentMedia = '0'.repeat(64);
const absentScan = `sc_${'0'.repeat(32)}`;
const json = { 'content-type': 'application/json' };

let api: TestApi;
let description: ApiChecker;

beforeAll(async () => {
  api = await startTestApi({ ASSAY_MAX_BYTES: String(maxBytes) });
  description = await apiChecker(api.url);
});
afterAll(() => api?.close());

const formOf = (content: Buffer, field = 'file') => {
  const form = new FormData();
  form.append(field, new Blob([new Uint8Array(content)]), 'Ünïcode \u{1F3AC}.mp4');
  return form;
};
const upload = (content: Buffer) => api.ask('/v1/media', { method: 'POST', body: formOf(content) });

async function problemIn(response: Response, status: number, code: string): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const text = await response.text();
  const problem = Problem.parse(JSON.parse(text));
  expect([response.status, problem.status, problem.type]).toEqual([status, status, `urn:problem-type:assay:${code}`]);
  expect(text).not.toMatch(/node_modules|\/tmp\/|\.ts:|at \w+ \(/);
  return problem;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A request as raw bytes, cut off or left hanging where a client library would not. */
async function rawUpload(headers: string[], body: Buffer) {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = ['POST /v1/media HTTP/1.1', 'host: test', `x-api-key: ${api.key}`, ...headers, '', ''];
  socket.write(head.join('\r\n'));
  socket.write(body);
  return socket;
}

describe('keys', () => {
  it('answers 401 on every described route but health', async () => {
    for (const { method, path, open } of description.routes()) {
      const response = await fetch(api.url + path, { method });
      if (open) expect(response.status).toBe(200);
      else await problemIn(response, 401, 'unauthorized');
    }
  });

  it('answers 401 on unknown addresses and to invented keys', async () => {
    await problemIn(await fetch(`${api.url}/v1/nothing`), 401, 'unauthorized');
    const headers = { authorization: `Bearer assay_${'x'.repeat(43)}` };
    const response = await fetch(`${api.url}/v1/scans`, { headers });
    await problemIn(response, 401, 'unauthorized');
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('takes the key as a bearer token too', async () => {
    const response = await fetch(`${api.url}/v1/scans`, { headers: { authorization: `Bearer ${api.key}` } });
    expect(response.status).toBe(200);
  });

  it('serves the page and the description to everyone, under a policy that allows no inline script', async () => {
    for (const path of ['/docs', '/docs/openapi.json', '/docs/ui/swagger-ui-bundle.js', '/docs/start.js']) {
      const response = await fetch(api.url + path);
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('refusals', () => {
  it('names every mistake in a body, unknown fields included', async () => {
    const body = JSON.stringify({ media: 'x', polcy: 'default' });
    const problem = await problemIn(
      await api.ask('/v1/scans', { method: 'POST', headers: json, body }),
      400,
      'invalid-request',
    );
    expect(problem.errors?.map(({ path }) => path)).toEqual(['media', 'polcy']);
  });

  it.each([
    ['malformed JSON', 'POST', '/v1/scans', json, '{', 400, 'malformed-json'],
    ['a body that is not JSON', 'POST', '/v1/scans', { 'content-type': 'text/plain' }, '{}', 415, 'unsupported-type'],
    ['a body that is too large', 'POST', '/v1/scans', json, `"${'x'.repeat(70_000)}"`, 413, 'too-large'],
    ['unknown media', 'POST', '/v1/scans', json, JSON.stringify({ media: absentMedia }), 422, 'unknown-media'],
    ['a bad id', 'GET', '/v1/scans/bad', {}, undefined, 400, 'invalid-request'],
    ['a broken escape', 'GET', '/v1/scans/%E0%A4%A', {}, undefined, 400, 'malformed-request'],
    ['an unknown scan', 'GET', `/v1/scans/${absentScan}`, {}, undefined, 404, 'scan-not-found'],
    ['its verdict', 'GET', `/v1/scans/${absentScan}/verdict`, {}, undefined, 404, 'scan-not-found'],
    ['its events', 'GET', `/v1/scans/${absentScan}/events`, {}, undefined, 404, 'scan-not-found'],
    ['its evidence', 'GET', `/v1/scans/${absentScan}/evidence/timeline.svg`, {}, undefined, 404, 'evidence-not-found'],
    [
      'a way out of the evidence',
      'GET',
      `/v1/scans/${absentScan}/evidence/..%2Fverdict.json`,
      {},
      undefined,
      400,
      'invalid-request',
    ],
    ['unknown media to delete', 'DELETE', `/v1/media/${absentMedia}`, {}, undefined, 404, 'media-not-found'],
    ['a bad cursor', 'GET', '/v1/scans?cursor=bad', {}, undefined, 400, 'invalid-request'],
    ['an unknown query field', 'GET', '/v1/scans?page=2', {}, undefined, 400, 'invalid-request'],
    ['an unknown address', 'GET', '/v1/nothing', {}, undefined, 404, 'route-not-found'],
  ])('%s', async (_what, method, path, headers, body, status, code) => {
    await problemIn(await api.ask(path, { method, headers: headers as Record<string, string>, body }), status, code);
  });

  it('says which methods an address answers', async () => {
    const response = await api.ask('/v1/scans', { method: 'PUT' });
    await problemIn(response, 405, 'method-not-allowed');
    expect(response.headers.get('allow')).toBe('POST, GET, HEAD');
  });

  it("gives each answer an id, the caller's own when it has one", async () => {
    const response = await api.ask('/v1/scans', { headers: { 'x-request-id': 'my-request-1' } });
    expect(response.headers.get('x-request-id')).toBe('my-request-1');
    expect((await api.ask('/v1/scans')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('uploads', () => {
  afterEach(async () => {
    for (const name of await api.stored()) {
      const [, media] = /^media\/([0-9a-f]{64})$/.exec(name) ?? [];
      if (media) await api.client.deleteMedia(media);
    }
    expect(await api.stored()).toEqual([]);
  });

  it('takes a form, keeps its bytes and its name, and knows the same bytes again', async () => {
    const first = await upload(bytes);
    expect([first.status, first.headers.get('location')]).toEqual([201, `/v1/media/${sha256}`]);
    const media = await first.json();
    expect(media).toMatchObject({ id: sha256, bytes: bytes.length, name: 'Ünïcode \u{1F3AC}.mp4' });
    const again = await upload(bytes);
    const repeated = { ...media, takenInAt: expect.any(String) };
    expect([again.status, await again.json()]).toEqual([200, repeated]);
    expect(await (await api.ask(`/v1/media/${sha256}`)).json()).toEqual(repeated);
  });

  it('takes bare bytes, streamed by the client library', async () => {
    const progress: number[] = [];
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    };
    const options = { name: 'ä.mp4', onProgress: (sent: number) => progress.push(sent) };
    expect(await api.client.uploadMedia(chunks(), options)).toMatchObject({ id: sha256, name: 'ä.mp4' });
    expect(progress.at(-1)).toBe(bytes.length);
  });

  it.each([
    ['no file', () => new FormData(), 400, 'malformed-form'],
    ['a file under another name', () => formOf(bytes, 'video'), 400, 'malformed-form'],
    ['an empty file', () => formOf(Buffer.alloc(0)), 422, 'rejected-empty-file'],
    ['an empty video body', () => new Blob([], { type: 'video/mp4' }), 422, 'rejected-empty-file'],
    ['text', () => 'hello', 415, 'unsupported-type'],
  ])('refuses %s', async (_what, body, status, code) => {
    await problemIn(await api.ask('/v1/media', { method: 'POST', body: body() }), status, code);
  });

  it('refuses a form without a boundary, and a compressed body', async () => {
    const form = { 'content-type': 'multipart/form-data' };
    await problemIn(await api.ask('/v1/media', { method: 'POST', headers: form, body: 'x' }), 400, 'malformed-form');
    const packed = { 'content-type': 'video/mp4', 'content-encoding': 'gzip' };
    await problemIn(
      await api.ask('/v1/media', { method: 'POST', headers: packed, body: 'x' }),
      415,
      'unsupported-type',
    );
  });

  it('refuses what says that it is too large, before its bytes are sent', async () => {
    const socket = await rawUpload(
      ['content-type: video/mp4', `content-length: ${maxBytes * 4}`, 'expect: 100-continue'],
      Buffer.alloc(0),
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    await once(socket.resume(), 'close');
  });

  it.each(['form', 'bare'])('answers a sender that hides how much it sends, once it is too much (%s)', async (kind) => {
    const large = randomBytes(maxBytes + 100_000);
    const response =
      kind === 'form'
        ? await upload(large)
        : await api.ask('/v1/media', {
            method: 'POST',
            headers: { 'content-type': 'video/mp4' },
            body: new Blob([new Uint8Array(large)]).stream(),
            duplex: 'half',
          } as RequestInit);
    await problemIn(response, 413, 'too-large');
  });

  it.each([
    ['bare', 'content-type: video/mp4', ''],
    [
      'form',
      'content-type: multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n',
    ],
  ])('keeps nothing of an upload whose sender hangs up (%s)', async (_kind, type, start) => {
    const socket = await rawUpload([type, 'content-length: 900000'], Buffer.concat([Buffer.from(start), bytes]));
    await eventually(async () => (await api.stored()).length > 0);
    socket.destroy();
    await eventually(async () => (await api.stored()).length === 0);
  });

  it('keeps nothing of a form that ends early', async () => {
    const start = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n';
    const body = Buffer.concat([Buffer.from(start), bytes]);
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    await problemIn(await api.ask('/v1/media', { method: 'POST', headers, body }), 400, 'incomplete-upload');
  });
});

describe('scans', () => {
  it('gives the same scan when asked twice, lists it, and forgets everything with its media', async () => {
    await upload(bytes);
    const ask = () => api.ask('/v1/scans', { method: 'POST', headers: json, body: JSON.stringify({ media: sha256 }) });
    const first = await ask();
    const scan = await first.json();
    expect([first.status, first.headers.get('location')]).toEqual([202, `/v1/scans/${scan.id}`]);
    const again = await ask();
    expect([again.status, (await again.json()).id]).toEqual([200, scan.id]);
    expect((await api.client.listScans({ limit: 1 })).scans[0]?.id).toBe(scan.id);
    await problemIn(await api.ask(`/v1/scans/${scan.id}/verdict`), 404, 'verdict-not-ready');

    expect((await api.ask(`/v1/media/${sha256}`, { method: 'DELETE' })).status).toBe(204);
    expect(await api.stored()).toEqual([]);
    await problemIn(await api.ask(`/v1/scans/${scan.id}`), 404, 'scan-not-found');
    expect((await api.client.listScans()).scans).toEqual([]);
  });

  it('asks for the file again where retention has removed it', async () => {
    await upload(bytes);
    await rm(join(api.dataDir, 'store', keys.media(sha256)));
    const ask = () => api.ask('/v1/scans', { method: 'POST', headers: json, body: JSON.stringify({ media: sha256 }) });
    await problemIn(await ask(), 422, 'file-removed');
    expect((await upload(bytes)).status).toBe(200);
    expect((await ask()).status).toBe(202);
    await api.ask(`/v1/media/${sha256}`, { method: 'DELETE' });
  });

  it('follows the store when the index was lost', async () => {
    await upload(bytes);
    const scan = await api.client.createScan({ media: sha256 });
    const redis = new Redis(api.redisPath);
    await redis.flushall();
    await redis.quit();
    expect((await api.client.getScan(scan.id)).id).toBe(scan.id);
    await api.client.deleteMedia(sha256);
  });

  it('tells listeners of a deletion, and ends their subscriptions when they leave', async () => {
    await upload(bytes);
    const { id } = await api.client.createScan({ media: sha256 });
    const redis = new Redis(api.redisPath);
    const channels = async () => ((await redis.pubsub('CHANNELS')) as string[]).filter((name) => name.includes(id));

    const leaving = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => api.ask(`/v1/scans/${id}/events`, { signal: leaving.signal })),
    );
    expect(streams.map(({ headers }) => headers.get('x-accel-buffering'))).toEqual(Array(5).fill('no'));
    expect(await channels()).toHaveLength(1);
    leaving.abort();
    await eventually(async () => (await channels()).length === 0);

    const events = api.client.events(id);
    expect((await events.next()).value).toMatchObject({ scan: id, state: 'queued', percent: 0 });
    await api.client.deleteMedia(sha256);
    expect((await events.next()).value).toMatchObject({ scan: id, state: 'cancelled' });
    expect((await events.next()).done).toBe(true);
    await redis.quit();
  });
});

describe('the description', () => {
  it('is OpenAPI 3.1, and what is answered follows it', async () => {
    await upload(bytes);
    const { id } = await api.client.createScan({ media: sha256 });
    await description.check('GET', '/v1/media/{media}', await api.ask(`/v1/media/${sha256}`));
    await description.check('GET', '/v1/scans/{scan}', await api.ask(`/v1/scans/${id}`));
    await description.check('GET', '/v1/scans', await api.ask('/v1/scans'));
    await description.check('GET', '/v1/scans/{scan}/verdict', await api.ask(`/v1/scans/${id}/verdict`));
    await description.check('GET', '/v1/health/ready', await fetch(`${api.url}/v1/health/ready`));
    await description.check('GET', '/v1/health/live', await fetch(`${api.url}/v1/health/live`));
    await description.check('POST', '/v1/media', await upload(bytes));
    await api.client.deleteMedia(sha256);
  });

  it('describes how a file is sent', () => {
    expect(description.bodyTypes('POST', '/v1/media')).toContain('multipart/form-data');
  });
});

it('counts requests by pattern, never by id', async () => {
  await api.ask(`/v1/media/${absentMedia}`);
  const metrics = await (await api.ask('/metrics')).text();
  expect(metrics).toContain('route="/v1/media/:media"');
  expect(metrics).toContain('assay_queue_jobs{queue="look",state="waiting"}');
  expect(metrics).not.toContain(absentMedia);
});
