/**
 * Stopping the API. What holds: listeners are let go, an upload that never ends is given up and leaves nothing, one
 * that is nearly there still gets its answer, and new requests are refused.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import { startTestApi, type TestApi } from '../support/api';

const chunk = Buffer.alloc(100_000, 1);

function openUpload(api: TestApi) {
  const headers = { 'x-api-key': api.key, 'content-type': 'video/mp4', 'content-length': chunk.length * 2 };
  const upload = request(`${api.url}/v1/media`, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write(chunk);
  return upload;
}

async function untilStored(api: TestApi): Promise<void> {
  while ((await api.stored()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('lets an upload finish, ends event streams, and then refuses', async () => {
  // A bound and no pause: it ends when the upload does.
  const api = await startTestApi({ ASSAY_DRAIN_SECONDS: '60' });
  const { id: media } = await api.client.uploadMedia(Buffer.from('bytes'));
  const { id } = await api.client.createScan({ media });
  const events = await api.ask(`/v1/scans/${id}/events`);
  const upload = openUpload(api);
  const answered = once(upload, 'response');
  const uploads = async () => (await api.stored()).filter((name) => !/^(media|scans|open)\//.test(name)).length;
  while ((await uploads()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));

  const closed = api.close();
  expect(await events.text()).toContain('"state":"queued"');
  upload.end(chunk);
  const [response] = await answered;
  expect(response.statusCode).toBe(201);
  response.resume();
  await closed;
  await expect(fetch(`${api.url}/v1/health/live`)).rejects.toThrow();
});

it('gives up an upload that does not end, and keeps nothing of it', async () => {
  const api = await startTestApi({ ASSAY_DRAIN_SECONDS: '0' });
  const upload = openUpload(api);
  const ended = Promise.race([once(upload, 'response'), once(upload, 'error')]);
  await untilStored(api);
  const stored = api.stop();
  await ended;
  await stored;
  expect(await api.stored()).toEqual([]);
  upload.destroy();
  await api.close();
});
