/**
 * The tus 1.0 protocol (https://tus.io/protocols/resumable-upload) as it has to be over any store, by hand.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import { MediaRecord, UploadRecord } from '@assay/contracts';
import type { TestApi } from '../support/api';
import { append, begin, metadataOf, offsetOf, tus } from '../support/tus';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a sender gives the service to read what he has sent, from try to try, ms: a busy machine has not begun after the first. */
const readWithinMs = [200, 400, 800, 1_600, 3_200, 6_400, 12_800];

export interface TusUnderTest {
  api: () => TestApi;
  /** As the API is set up with. */
  maxBytes: number;
  /** Names of all that the store keeps. */
  stored: () => Promise<string[]>;
}

export function tusConformance({ api: openApi, maxBytes, stored }: TusUnderTest): void {
  let api: TestApi;
  beforeAll(() => (api = openApi()));
  it('OPTIONS tells version, extensions, algorithms and the largest size', async () => {
    const { status, headers } = await tus(api, 'OPTIONS', '/v1/uploads', { 'tus-resumable': '' });
    expect(status).toBe(204);
    expect(headers.get('tus-version')).toBe('1.0.0');
    expect(headers.get('tus-max-size')).toBe(String(maxBytes));
    const offered = 'creation,creation-with-upload,expiration,termination,checksum';
    expect(headers.get('tus-extension')).toBe(offered);
    expect(headers.get('tus-checksum-algorithm')?.split(',')).toContain('sha1');
  });

  it.each(['POST', 'HEAD', 'PATCH', 'DELETE'])('%s in another version is 412', async (method) => {
    const path = method === 'POST' ? '/v1/uploads' : await begin(api, 10);
    for (const version of ['0.2.2', '']) {
      const answer = await tus(api, method, path, { 'tus-resumable': version });
      expect([answer.status, answer.headers.get('tus-version')]).toEqual([412, '1.0.0']);
      expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
    }
    if (method !== 'POST') expect(await offsetOf(api, path)).toBe(0);
  });

  it('begins, goes on, and becomes a media item with the hash of its bytes', async () => {
    const bytes = randomBytes(700_000);
    const created = await tus(api, 'POST', '/v1/uploads', {
      'upload-length': String(bytes.length),
      'upload-metadata': metadataOf({ filename: 'ein Ümlaut.mp4', note: 'x' }),
    });
    expect(created.status).toBe(201);
    expect(Date.parse(String(created.headers.get('upload-expires')))).toBeGreaterThan(Date.now());
    const path = String(created.headers.get('location'));
    expect(path).toMatch(/^\/v1\/uploads\/[0-9a-f]{32}$/);

    const first = await append(api, path, 0, bytes.subarray(0, 300_000));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '300000']);
    const head = await tus(api, 'HEAD', path);
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      200,
      '300000',
      '700000',
    ]);
    expect(head.headers.get('cache-control')).toBe('no-store');
    expect(head.headers.get('upload-metadata')).toContain('note eA==');
    expect(await record(path)).toMatchObject({ state: 'receiving', offset: 300_000, media: null });

    const last = await append(api, path, 300_000, bytes.subarray(300_000));
    const id = sha256(bytes);
    expect([last.status, last.headers.get('upload-offset'), last.headers.get('assay-media')]).toEqual([
      204,
      '700000',
      id,
    ]);
    expect(await media(id)).toMatchObject({ id, bytes: 700_000, name: 'ein Ümlaut.mp4' });
    expect(await record(path)).toMatchObject({ state: 'taken', offset: 700_000, media: id, scan: null });
    const after = await tus(api, 'HEAD', path);
    expect([after.headers.get('upload-offset'), after.headers.get('assay-media')]).toEqual(['700000', id]);
  });

  it('the same bytes are the media item that they were before', async () => {
    const bytes = randomBytes(50_000);
    const before = await api.client.uploadMedia(bytes, { name: 'first.mp4' });
    const path = await begin(api, bytes.length, { filename: 'second.mp4' });
    expect((await append(api, path, 0, bytes)).headers.get('assay-media')).toBe(before.id);
    expect(await media(before.id)).toEqual({ ...before, takenInAt: expect.any(String) });
  });

  it('takes the first bytes with the creation, all of them if they are all', async () => {
    const bytes = randomBytes(40_000);
    const headers = { 'upload-length': '40000', 'content-type': 'application/offset+octet-stream' };
    const part = await tus(api, 'POST', '/v1/uploads', headers, new Uint8Array(bytes.subarray(0, 1000)));
    expect([part.status, part.headers.get('upload-offset')]).toEqual([201, '1000']);
    const whole = await tus(api, 'POST', '/v1/uploads', headers, new Uint8Array(bytes));
    expect([whole.status, whole.headers.get('upload-offset')]).toEqual([201, '40000']);
    expect(whole.headers.get('assay-media')).toBe(sha256(bytes));
  });

  it('asks for the scan that the metadata wants, the same one as by hand', async () => {
    const bytes = randomBytes(30_000);
    const path = await begin(api, bytes.length, { scan: 'true' });
    const scan = (await append(api, path, 0, bytes)).headers.get('assay-scan');
    expect(scan).toBe((await api.client.createScan({ media: sha256(bytes) })).id);
    expect((await record(path)).scan).toBe(scan);
  });

  it('an offset that is not where the upload is changes nothing', async () => {
    const bytes = randomBytes(1000);
    const path = await begin(api, bytes.length);
    await append(api, path, 0, bytes.subarray(0, 100));
    for (const offset of [0, 99, 101, 1000]) {
      const answer = await append(api, path, offset, bytes.subarray(100, 200));
      expect([offset, answer.status, answer.problem]).toEqual([offset, 409, 'upload-offset-conflict']);
    }
    expect(await offsetOf(api, path)).toBe(100);
    await append(api, path, 100, bytes.subarray(100));
    const after = await append(api, path, 500, bytes.subarray(500));
    expect([after.status, after.problem]).toEqual([409, 'upload-offset-conflict']);
  });

  it('keeps what came before a connection broke', async () => {
    const bytes = randomBytes(900_000);
    const path = await begin(api, bytes.length);
    let offset = 0;
    for (const waitMs of readWithinMs) {
      await sendAndHangUp(api, path, bytes.subarray(0, 600_000), bytes.length, waitMs);
      offset = await offsetNow(path);
      if (offset > 0) break;
    }
    expect(offset).toBeGreaterThan(0);
    expect(offset).toBeLessThanOrEqual(600_000);
    const last = await append(api, path, offset, bytes.subarray(offset));
    expect(last.headers.get('assay-media')).toBe(sha256(bytes));
  });

  it('a request that goes on while an older one hangs makes the older one end', async () => {
    const bytes = randomBytes(500_000);
    const path = await begin(api, bytes.length);
    const hanging: ClientRequest[] = [];
    let [sent, offset] = [0, 0];
    for (const waitMs of readWithinMs) {
      const patch = openPatch(api, path, bytes.length, offset);
      hanging.push(patch);
      sent = offset + 50_000;
      patch.write(bytes.subarray(offset, sent));
      await pause(waitMs);
      offset = await offsetNow(path);
      expect(offset).toBeLessThanOrEqual(sent);
      // Less where the older one was made to end before it had read all: on from there, with more time.
      if (offset === sent) break;
    }
    expect(offset).toBe(sent);
    const last = await append(api, path, offset, bytes.subarray(offset));
    expect(last.headers.get('assay-media')).toBe(sha256(bytes));
    for (const patch of hanging) patch.destroy();
  });

  it.each(['sha1', 'sha256', 'md5'])('keeps bytes only if they are those of their %s', async (algorithm) => {
    const bytes = randomBytes(5000);
    const path = await begin(api, bytes.length);
    const digest = (part: Buffer) => `${algorithm} ${createHash(algorithm).update(part).digest('base64')}`;
    const wrong = { 'upload-checksum': digest(bytes.subarray(1)) };
    const refused = await append(api, path, 0, bytes.subarray(0, 2000), wrong);
    expect([refused.status, refused.problem, await offsetOf(api, path)]).toEqual([460, 'checksum-mismatch', 0]);
    const right = { 'upload-checksum': digest(bytes.subarray(0, 2000)) };
    expect((await append(api, path, 0, bytes.subarray(0, 2000), right)).headers.get('upload-offset')).toBe('2000');
    const unknown = await append(api, path, 2000, bytes.subarray(2000), { 'upload-checksum': 'crc9 AAAA' });
    expect([unknown.status, unknown.problem, await offsetOf(api, path)]).toEqual([400, 'invalid-request', 2000]);
  });

  it('DELETE ends an upload; of one that is done, the media item stays', async () => {
    const path = await begin(api, 1000);
    await append(api, path, 0, randomBytes(100));
    const unfinished = await tus(api, 'DELETE', path);
    expect(unfinished.status).toBe(204);
    for (const method of ['HEAD', 'PATCH', 'DELETE'] as const) {
      const answer = method === 'PATCH' ? await append(api, path, 100, Buffer.alloc(1)) : await tus(api, method, path);
      expect([method, answer.status]).toEqual([method, 404]);
    }
    expect((await stored()).filter((name) => name.includes(String(path.split('/').pop())))).toEqual([]);

    const bytes = randomBytes(100);
    const done = await begin(api, bytes.length);
    await append(api, done, 0, bytes);
    expect((await tus(api, 'DELETE', done)).status).toBe(204);
    expect((await tus(api, 'HEAD', done)).status).toBe(404);
    expect(await media(sha256(bytes))).toMatchObject({ bytes: 100 });
  });

  it('takes the method from X-HTTP-Method-Override', async () => {
    const path = await begin(api, 1000);
    const headers = { 'x-http-method-override': 'PATCH', 'content-type': 'application/offset+octet-stream' };
    const answer = await tus(api, 'POST', path, { ...headers, 'upload-offset': '0' }, new Uint8Array(10));
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([204, '10']);
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['no length', {}, 400, 'invalid-request'],
    ['a length that is none', { 'upload-length': '-5' }, 400, 'invalid-request'],
    ['a length to be told later', { 'upload-defer-length': '1' }, 400, 'invalid-request'],
    ['parts to be joined', { 'upload-length': '5', 'upload-concat': 'partial' }, 400, 'invalid-request'],
    ['nothing', { 'upload-length': '0' }, 422, 'rejected-empty-file'],
    ['more than is accepted', { 'upload-length': String(maxBytes + 1) }, 413, 'too-large'],
    ['metadata that is none', { 'upload-length': '5', 'upload-metadata': 'a b c' }, 400, 'invalid-request'],
    [
      'an unknown policy',
      { 'upload-length': '5', 'upload-metadata': metadataOf({ policy: 'nope' }) },
      422,
      'unknown-policy',
    ],
    [
      'a strange scan',
      { 'upload-length': '5', 'upload-metadata': metadataOf({ scan: 'maybe' }) },
      400,
      'invalid-request',
    ],
  ])('refuses to begin with %s', async (_, headers, status, problem) => {
    const answer = await tus(api, 'POST', '/v1/uploads', headers);
    expect([answer.status, answer.problem]).toEqual([status, problem]);
    expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
  });

  it('refuses bytes of another type, without an offset, or more than were announced', async () => {
    const path = await begin(api, 100);
    const other = await append(api, path, 0, Buffer.alloc(10), { 'content-type': 'video/mp4' });
    expect([other.status, other.problem]).toEqual([415, 'unsupported-type']);
    const headers = { 'content-type': 'application/offset+octet-stream' };
    const none = await tus(api, 'PATCH', path, headers, new Uint8Array(10));
    expect([none.status, none.problem]).toEqual([400, 'invalid-request']);
    const bad = await tus(api, 'PATCH', path, { ...headers, 'upload-offset': 'x' }, new Uint8Array(10));
    expect([bad.status, bad.problem]).toEqual([400, 'invalid-request']);
    const long = await append(api, path, 0, Buffer.alloc(101));
    expect([long.status, long.problem]).toEqual([413, 'too-large']);
    expect(await offsetOf(api, path)).toBe(0);
  });

  it('sets nothing aside of a body with a checksum that it would refuse', async () => {
    const path = await begin(api, 100);
    const sum = { 'upload-checksum': `sha1 ${'A'.repeat(27)}=` };
    const long = await append(api, path, 0, Buffer.alloc(101), sum);
    expect([long.status, long.problem]).toEqual([413, 'too-large']);
    const typed = await append(api, path, 0, Buffer.alloc(10), { ...sum, 'content-type': 'video/mp4' });
    expect([typed.status, typed.problem]).toEqual([415, 'unsupported-type']);
    const old = await append(api, path, 0, Buffer.alloc(10), { ...sum, 'tus-resumable': '0.9' });
    expect(old.status).toBe(412);
    expect(await offsetOf(api, path)).toBe(0);
  });

  it('knows no upload that was not begun, and asks everyone for a key', async () => {
    for (const id of ['0'.repeat(32), 'x', '..%2f..%2fkeys']) {
      expect([id, (await tus(api, 'HEAD', `/v1/uploads/${id}`)).status]).toEqual([id, 404]);
    }
    for (const method of ['OPTIONS', 'POST', 'HEAD', 'PATCH', 'DELETE', 'GET']) {
      const path = method === 'POST' ? '/v1/uploads' : `/v1/uploads/${'0'.repeat(32)}`;
      const answer = await tus({ url: api.url, key: 'wrong' }, method, path);
      expect([method, answer.status]).toEqual([method, 401]);
    }
  });

  /** That it is told at all means that nobody else has the upload any more. */
  async function offsetNow(path: string): Promise<number> {
    const { status, headers } = await tus(api, 'HEAD', path);
    expect(status).toBe(200);
    return Number(headers.get('upload-offset'));
  }
  const record = async (path: string): Promise<UploadRecord> => UploadRecord.parse(await (await api.ask(path)).json());
  const media = async (id: string): Promise<MediaRecord> =>
    MediaRecord.parse(await (await api.ask(`/v1/media/${id}`)).json());
}

/** A PATCH whose body is written by hand. */
export function openPatch({ url, key }: Pick<TestApi, 'url' | 'key'>, path: string, bytes: number, offset = 0) {
  const headers = {
    'tus-resumable': '1.0.0',
    'x-api-key': key,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': offset,
    'content-length': bytes - offset,
  };
  return request(url + path, { method: 'PATCH', headers }).on('error', () => undefined);
}

/** Sends a part of what was announced, and cuts the connection so long after the kernel has taken it. */
async function sendAndHangUp(
  api: TestApi,
  path: string,
  part: Buffer,
  announced: number,
  waitMs: number,
): Promise<void> {
  const patch = openPatch(api, path, announced);
  await new Promise<void>((sent) => patch.write(part, () => sent()));
  await pause(waitMs);
  patch.destroy();
}
