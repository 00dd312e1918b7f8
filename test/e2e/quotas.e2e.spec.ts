/**
 * What a tenant may bring in, by every way in. What holds:
 * - of uploads that race, no more get in than there is room for; what comes to nothing, or was there before, is not counted;
 * - the refusal says what does not suffice, what is left and until when;
 * - minutes are counted before a scan looks at a frame: one that does not fit ends, and can be asked for again; with none
 *   left, what would count none is asked for as ever;
 * - a Redis that lost everything is rebuilt from the store.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiKeyWithSecret, Problem, type Quota, QuotaUsage } from '@assay/contracts';
import { AssayClient } from '@assay/client';
import { Redis } from 'ioredis';
import { makeClip } from '../../apps/worker/src/testing/test-clip';
import { ffmpeg, mediaFolder } from '../media/make-media';
import { startTestApi, type TestApi } from '../support/api';
import { assay } from '../support/assay-cli';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3 } from '../support/s3';
import { append, begin, tus } from '../support/tus';

/** Workers start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

const unlimited: Quota = { period: 'month', bytes: null, items: null, minutes: null };
const jsonOf = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

interface TenantApi {
  tenant: string;
  key: string;
  url: string;
  client: AssayClient;
  ask(path: string, init?: RequestInit): Promise<Response>;
  usage(): Promise<QuotaUsage>;
}

/** A tenant of its own for each test, with its quota. */
async function newTenant(api: TestApi, tenant: string, quota: Partial<Quota>): Promise<TenantApi> {
  const made = await api.ask('/v1/keys', jsonOf('POST', { name: 'test', roles: ['admin'], tenant }));
  const key = ApiKeyWithSecret.parse(await made.json()).key ?? '';
  expect((await api.ask(`/v1/tenants/${tenant}/quota`, jsonOf('PUT', { ...unlimited, ...quota }))).status).toBe(200);
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(api.url + path, { ...init, headers: { ...init.headers, 'x-api-key': key } });
  const client = new AssayClient({ baseUrl: api.url, apiKey: key, retries: 0 });
  return { tenant, key, url: api.url, client, ask, usage: () => client.getUsage() };
}

function form(bytes: Buffer): RequestInit {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(bytes)]), 'clip.mp4');
  return { method: 'POST', body };
}
const raw = (bytes: Buffer): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/octet-stream' },
  body: new Uint8Array(bytes),
});
const lackingOf = async (answer: Response): Promise<unknown[]> => {
  const problem = Problem.parse(await answer.json());
  return [answer.status, problem.type.split(':').at(-1), problem.quota?.lacking];
};

describe('quotas', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ ASSAY_FETCH_PRIVATE_NETWORKS: '127.0.0.1/32' });
  });
  afterAll(() => api?.close());

  it('let no more in than there is room for, however many come at once', async () => {
    const acme = await newTenant(api, 'race', { bytes: 350_000, items: 5 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => acme.ask('/v1/media', (n % 2 ? raw : form)(randomBytes(100_000)))),
    );
    // All who ask for the rest of their room while those that are refused still hold theirs are refused, too.
    const taken = answers.filter(({ status }) => status === 201).length;
    expect(taken).toBeLessThanOrEqual(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(12 - taken);
    for (let more = taken; more < 3; more += 1)
      expect((await acme.ask('/v1/media', raw(randomBytes(100_000)))).status).toBe(201);
    expect((await acme.ask('/v1/media', raw(randomBytes(100_000)))).status).toBe(429);
    const [first] = refused;
    expect(Number(first?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await first?.json()).toMatchObject({
      type: 'urn:problem-type:assay:quota-exceeded',
      quota: { lacking: 'bytes', quota: { bytes: 350_000, period: 'month' } },
    });
    expect(await acme.usage()).toMatchObject({
      tenant: 'race',
      used: { bytes: 300_000, items: 3, minutes: 0 },
      reserved: { bytes: 0, items: 0 },
      left: { bytes: 50_000, items: 2, minutes: null },
    });
    // Another tenant, without a quota, does not notice.
    expect((await api.ask('/v1/media', raw(randomBytes(500_000)))).status).toBe(201);
  });

  it('do not count what was refused, broke off or was there before', async () => {
    const acme = await newTenant(api, 'fair', { bytes: 200_000, items: 2 });
    const bytes = randomBytes(150_000);
    expect((await acme.ask('/v1/media', raw(bytes))).status).toBe(201);
    expect((await acme.ask('/v1/media', { ...raw(Buffer.alloc(0)) })).status).toBe(422);
    const before = await acme.usage();
    expect(before.used).toEqual({ bytes: 150_000, items: 1, minutes: 0 });
    // There is no room for it a second time, and none is needed once it is known for what it is; so a smaller one comes first.
    const small = randomBytes(40_000);
    expect((await acme.ask('/v1/media', raw(small))).status).toBe(201);
    expect(await lackingOf(await acme.ask('/v1/media', raw(small)))).toEqual([429, 'quota-exceeded', 'items']);
    await api.ask('/v1/tenants/fair/quota', jsonOf('PUT', { ...unlimited, items: 3 }));
    expect((await acme.ask('/v1/media', raw(small))).status).toBe(200);
    expect((await acme.usage()).used).toEqual({ bytes: 190_000, items: 2, minutes: 0 });
  });

  it('stop a body whose length nobody told, and keep nothing of it', async () => {
    const acme = await newTenant(api, 'chunked', { bytes: 1_000_000 });
    const before = (await api.stored()).length;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(randomBytes(100_000))),
    });
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await acme.ask('/v1/media', { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    expect(await lackingOf(answer)).toEqual([429, 'quota-exceeded', 'bytes']);
    expect((await api.stored()).length).toBe(before);
    expect(await acme.usage()).toMatchObject({ used: { bytes: 0, items: 0 }, reserved: { bytes: 0, items: 0 } });
  });

  it('hold room for a resumable upload from its first request on, and give it back when it is ended', async () => {
    const acme = await newTenant(api, 'resume', { bytes: 100, items: 5 });
    const first = await begin(acme, 60);
    const lacking = await tus(acme, 'POST', '/v1/uploads', { 'upload-length': '60' });
    expect([lacking.status, lacking.problem]).toEqual([429, 'quota-exceeded']);
    expect((await acme.usage()).reserved).toEqual({ bytes: 60, items: 1 });
    expect((await tus(acme, 'DELETE', first)).status).toBe(204);
    expect((await acme.usage()).reserved).toEqual({ bytes: 0, items: 0 });
    const second = await begin(acme, 90);
    expect((await append(acme, second, 0, randomBytes(90))).status).toBe(204);
    expect(await acme.usage()).toMatchObject({ used: { bytes: 90, items: 1 }, reserved: { bytes: 0, items: 0 } });
  });

  it('hold for what is fetched by URL', async () => {
    const server = createServer((_request, response) => response.end(randomBytes(50_000))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`;
      const acme = await newTenant(api, 'fetch', { bytes: 70_000 });
      expect((await acme.ask('/v1/media', jsonOf('POST', { url }))).status).toBe(201);
      expect(await lackingOf(await acme.ask('/v1/media', jsonOf('POST', { url })))).toEqual([
        429,
        'quota-exceeded',
        'bytes',
      ]);
      expect(await acme.usage()).toMatchObject({ used: { bytes: 50_000, items: 1 }, reserved: { bytes: 0 } });
    } finally {
      server.close();
    }
  });

  it('count the minutes that scans look at, and come back after a lost Redis', async () => {
    const folder = await mediaFolder();
    await api.startWorker();
    const acme = await newTenant(api, 'minutes', { minutes: 1 });
    const scanOf = async (seconds: number) => {
      await makeClip(folder.path(`${seconds}.mp4`), seconds);
      const { id } = await acme.client.uploadMedia(new Uint8Array(await readFile(folder.path(`${seconds}.mp4`))));
      return { media: id, scan: (await acme.client.createScan({ media: id })).id };
    };
    await acme.client.waitForVerdict((await scanOf(40)).scan);
    const tooLong = await scanOf(30);
    await expect(acme.client.waitForVerdict(tooLong.scan)).rejects.toThrow(/quota of 1 minutes a month/);
    expect((await acme.usage()).used.minutes).toBeCloseTo(40 / 60, 2);
    // No operator is called for it.
    expect(await (await api.ask('/v1/dead-letters')).json()).toMatchObject({ deadLetters: [] });

    const before = await acme.usage();
    const redis = new Redis(api.redisPath);
    await redis.flushall();
    await redis.quit();
    expect((await acme.usage()).used).toEqual({ bytes: 0, items: 0, minutes: 0 });
    const env = { REDIS_URL: api.redisPath, ASSAY_DATA_DIR: api.dataDir };
    expect((await assay(['reindex', '--json'], folder.path(''), env)).code).toBe(0);
    expect(await acme.usage()).toEqual(before);

    await api.ask('/v1/tenants/minutes/quota', jsonOf('PUT', { ...unlimited, minutes: 2 }));
    await acme.client.createScan({ media: tooLong.media });
    await acme.client.waitForVerdict(tooLong.scan);
    await api.ask('/v1/tenants/minutes/quota', jsonOf('PUT', { ...unlimited, minutes: 1 }));
    // With none left: a video that is new is refused, and neither a scan that is done nor a still is.
    await makeClip(folder.path('10.mp4'), 10);
    const late = await acme.client.uploadMedia(new Uint8Array(await readFile(folder.path('10.mp4'))));
    const full = await acme.ask('/v1/scans', jsonOf('POST', { media: late.id }));
    expect(await lackingOf(full)).toEqual([429, 'quota-exceeded', 'minutes']);
    expect((await acme.ask('/v1/scans', jsonOf('POST', { media: tooLong.media }))).status).toBe(200);
    await ffmpeg('-i', folder.path('10.mp4'), '-frames:v', '1', folder.path('still.png'));
    const still = await acme.client.uploadMedia(new Uint8Array(await readFile(folder.path('still.png'))));
    const { id } = await acme.client.createScan({ media: still.id });
    await acme.client.waitForVerdict(id);
    expect((await acme.usage()).used.minutes).toBeCloseTo(70 / 60, 2);
    await folder.remove();
  });
});

describeWithS3('quotas of uploads straight to S3', () => {
  it(
    'hold room from the moment that the addresses are given',
    async () => {
      const s3 = await startS3();
      const api = await startTestApi(s3Settings(s3));
      try {
        const acme = await newTenant(api, 'direct', { bytes: 100 });
        const wanted = jsonOf('POST', { bytes: 60 });
        expect((await acme.ask('/v1/uploads/direct', wanted)).status).toBe(201);
        expect(await lackingOf(await acme.ask('/v1/uploads/direct', wanted))).toEqual([429, 'quota-exceeded', 'bytes']);
        expect((await acme.usage()).reserved).toEqual({ bytes: 60, items: 1 });
      } finally {
        await api.close();
        await s3.close();
      }
    },
    s3StartTimeoutMs,
  );
});
