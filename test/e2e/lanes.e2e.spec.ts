/**
 * Invariants, over the API without a worker: a scan is put into the lane that was asked for, by a request or with its upload;
 * the answer says where it stands, and no time that nobody measured; more urgent is moved up; a scan that ended has no place.
 */
import { apiChecker, type ApiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { newClip } from '../support/new-clip';
import { append, begin, metadataOf, tus } from '../support/tus';

/** The API starts here, on machines that may be busy. */
jest.setTimeout(120_000);

let api: TestApi;
let description: ApiChecker;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_SCAN_RATE_STANDARD: '90' });
  description = await apiChecker(api.url);
});
afterAll(() => api.close());

let number = 0;
const upload = async () =>
  (await api.client.uploadMedia(new Blob([new Uint8Array(newClip('still.jpg', (number += 1)))]))).id;

function post(body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return api.ask('/v1/scans', { method: 'POST', headers, body: JSON.stringify(body) });
}

it('says where a scan stands in the queues, moves it up, and has no place for one that ended', async () => {
  for (let before = 0; before < 3; before += 1) {
    const answer = await post({ media: await upload(), priority: 'backfill' });
    expect([answer.status, (await answer.clone().json()).queue]).toEqual([
      202,
      { position: before, secondsToVerdict: null },
    ]);
    await description.check('POST', '/v1/scans', answer);
  }
  const media = await upload();
  const { id } = await api.client.createScan({ media, priority: 'backfill' });
  expect(await api.client.getScan(id)).toMatchObject({ priority: 'backfill', queue: { position: 3 } });
  expect(await api.client.createScan({ media, priority: 'live' })).toMatchObject({
    id,
    priority: 'live',
    queue: { position: 0 },
  });
  const answer = await api.ask(`/v1/scans/${id}`);
  expect(await answer.clone().json()).toMatchObject({
    priority: 'live',
    queue: { position: 0, secondsToVerdict: null },
  });
  await description.check('GET', '/v1/scans/{scan}', answer);
  await api.client.cancelScan(id);
  expect(await api.client.getScan(id)).toMatchObject({ state: 'cancelled', queue: null });
});

it('takes no other word for urgent', async () => {
  expect((await post({ media: await upload(), priority: 'urgent' })).status).toBe(400);
});

it('takes the lane with an upload', async () => {
  const body = newClip('still.jpg', (number += 1));
  const path = await begin(api, body.length, { scan: 'true', priority: 'live' });
  const { headers } = await append(api, path, 0, body);
  expect(await api.client.getScan(headers.get('assay-scan') ?? '')).toMatchObject({ priority: 'live' });
  const wrong = { 'upload-length': '5', 'upload-metadata': metadataOf({ priority: 'urgent' }) };
  expect(await tus(api, 'POST', '/v1/uploads', wrong)).toMatchObject({ status: 400, problem: 'invalid-request' });
});

it('takes how many scans of a tenant are begun a minute, lane by lane, and says it', async () => {
  const rate = (init: RequestInit = {}) => api.ask('/v1/tenants/acme/scan-rate', init);
  const put = (body: object) =>
    rate({ method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect(await (await rate()).json()).toEqual({ live: null, standard: 90, backfill: null });
  const own = { live: null, standard: 60, backfill: 10 };
  expect([(await put(own)).status, await (await rate()).json()]).toEqual([200, own]);
  expect((await put({ ...own, backfill: 0 })).status).toBe(400);
  expect((await put({ backfill: 1 })).status).toBe(400);
});
