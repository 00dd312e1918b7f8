/**
 * Uploads straight to an S3 store. What holds: the bytes become the media item that they would be by `POST /v1/media`,
 * and do not pass through the service; an address writes its own part and nothing else; without S3 it is a typed refusal.
 */
import { createHash, randomBytes } from 'node:crypto';
import { DirectUpload, Problem, UploadRecord } from '@assay/contracts';
import { apiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3, type TestS3 } from '../support/s3';

/** Bounds a hang; how long it takes is the machine's. */
jest.setTimeout(240_000);

const maxBytes = 40_000_000;
const bytes = randomBytes(20_000_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

const post = (api: TestApi, path: string, body: unknown) =>
  api.ask(path, {
    method: 'POST',
    ...(body === null ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
const problemOf = async (response: Response) => {
  const { type } = Problem.parse(await response.json());
  return [response.status, type.replace('urn:problem-type:assay:', '')];
};

it('is refused where the store is a folder', async () => {
  const api = await startTestApi();
  expect(await problemOf(await post(api, '/v1/uploads/direct', { bytes: 5 }))).toEqual([
    422,
    'direct-uploads-unavailable',
  ]);
  await api.close();
});

describeWithS3('straight to S3', () => {
  let s3: TestS3;
  let api: TestApi;
  beforeAll(async () => {
    s3 = await startS3();
    api = await startTestApi({ ASSAY_MAX_BYTES: String(maxBytes), ...s3Settings(s3) });
  }, s3StartTimeoutMs);
  afterAll(async () => {
    await api?.close();
    await s3?.close();
  });

  const partOf = ({ partBytes }: DirectUpload, n: number) =>
    new Uint8Array(bytes.subarray(n * partBytes, (n + 1) * partBytes));

  it('pieces that are put to their addresses become a media item with its scan', async () => {
    const description = await apiChecker(api.url);
    const wanted = { bytes: bytes.length, name: 'direct.mp4', scan: true };
    const begun = await post(api, '/v1/uploads/direct', wanted);
    expect(begun.status).toBe(201);
    await description.check('POST', '/v1/uploads/direct', begun.clone());
    const upload = DirectUpload.parse(await begun.json());
    expect(upload.partUrls).toHaveLength(2);
    expect(begun.headers.get('location')).toBe(`/v1/uploads/${upload.id}`);
    const complete = `/v1/uploads/${upload.id}/complete`;

    // In any order, and one of them again.
    for (const n of [1, 0, 0]) {
      expect((await fetch(upload.partUrls[n] ?? '', { method: 'PUT', body: partOf(upload, n) })).status).toBe(200);
      if (n === 1) expect(await problemOf(await post(api, complete, null))).toEqual([409, 'upload-incomplete']);
    }
    const [done, again] = [await post(api, complete, null), await post(api, complete, null)];
    await description.check('POST', '/v1/uploads/{upload}/complete', done.clone());
    const record = UploadRecord.parse(await done.json());
    expect(record).toMatchObject({ state: 'taken', media: sha256, scan: expect.stringMatching(/^sc_/) });
    expect(await again.json()).toEqual(record);
    expect(await api.client.getMedia(sha256)).toMatchObject({ bytes: bytes.length, name: 'direct.mp4' });
    expect((await fetch(upload.partUrls[0] ?? '', { method: 'PUT', body: 'late' })).ok).toBe(false);
  });

  it('the scan that it asks for can have a callback', async () => {
    const url = 'https://callbacks.example/done?case=17';
    const begin = (body: object) => post(api, '/v1/uploads/direct', { bytes: 5, ...body });
    expect(await problemOf(await begin({ scan: true, callback: { url } }))).toEqual([422, 'no-callback-secret']);
    await api.client.webhooks.rotateCallbackSecret();
    expect(await problemOf(await begin({ callback: { url } }))).toEqual([400, 'invalid-request']);
    const inside = { url: 'https://10.0.0.1/' };
    expect(await problemOf(await begin({ scan: true, callback: inside }))).toEqual([422, 'url-not-allowed']);
    const upload = DirectUpload.parse(await (await begin({ policy: 'default', callback: { url } })).json());
    await fetch(upload.partUrls[0] ?? '', { method: 'PUT', body: 'bytes' });
    const { scan } = UploadRecord.parse(await (await post(api, `/v1/uploads/${upload.id}/complete`, null)).json());
    expect(await api.client.callbacks(scan ?? '')).toMatchObject([{ scan, url, deliveries: [] }]);
  });

  it('an address writes nothing but its part', async () => {
    const upload = DirectUpload.parse(await (await post(api, '/v1/uploads/direct', { bytes: bytes.length })).json());
    const [first = ''] = upload.partUrls;
    const elsewhere = [first.replace(upload.id, '0'.repeat(32)), first.replace('partNumber=1', 'partNumber=2')];
    for (const url of elsewhere) {
      expect(url).not.toBe(first);
      expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    }
    expect((await fetch(first)).ok).toBe(false);
    const longer = new Uint8Array(upload.partBytes + 1);
    expect((await fetch(first, { method: 'PUT', body: longer })).status).toBe(403);
  });

  it('refuses what it would refuse at the end', async () => {
    const refused = async (body: unknown) => problemOf(await post(api, '/v1/uploads/direct', body));
    expect(await refused({ bytes: maxBytes + 1 })).toEqual([413, 'too-large']);
    expect(await refused({ bytes: 0 })).toEqual([400, 'invalid-request']);
    expect(await refused({ bytes: 5, policy: 'nope' })).toEqual([422, 'unknown-policy']);
    expect(await problemOf(await post(api, `/v1/uploads/${'0'.repeat(32)}/complete`, null))).toEqual([
      404,
      'upload-not-found',
    ]);
  });
});
