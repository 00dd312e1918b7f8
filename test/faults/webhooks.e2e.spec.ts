/**
 * kill -9 between the verdict and its delivery. What holds: whichever step was the last, a worker that starts later tells
 * of the verdict, once, in the feed, to each webhook, and to the callback of the scan.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EventList, WebhookWithSecret } from '@assay/contracts';
import { keys } from '@assay/pipeline';
import { createFolderStore } from '@assay/storage';
import { startTestApi, type TestApi } from '../support/api';
import { type Receiver, startReceiver } from '../support/receiver';

/** A worker starts and loads models here, on machines that may be busy. */
jest.setTimeout(180_000);

const never = new AbortController().signal;
let api: TestApi;
let receiver: Receiver;
let called: Receiver;

beforeAll(async () => {
  api = await startTestApi({ ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_INFERENCE_THREADS: '1' });
  receiver = await startReceiver();
  called = await startReceiver();
  await api.client.webhooks.rotateCallbackSecret();
});
afterAll(async () => {
  await receiver?.close();
  await called?.close();
  await api?.close();
});

/** @returns the scan whose publication was killed at the step */
async function killAt(step: 'written' | 'told'): Promise<string> {
  const media = await api.client.uploadMedia(new Blob([step]));
  const { id, modelSet } = await api.client.createScan({ media: media.id, callback: { url: called.url } });
  const args = [join(__dirname, 'publish-and-hang.cjs'), step, id, api.redisPath, join(api.dataDir, 'store')];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MODEL_SET: modelSet },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(String((await once(child.stdout, 'data'))[0])).toBe('hanging\n');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return id;
}

it('loses no event and tells none twice', async () => {
  const made = await api.ask('/v1/webhooks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url }),
  });
  WebhookWithSecret.parse(await made.json());
  const scans = [await killAt('written'), await killAt('told')];
  const store = createFolderStore({ root: join(api.dataDir, 'store') });
  for (const scan of scans) {
    expect(await store.stat(keys.verdict(scan), never)).not.toBeNull();
    expect(await store.stat(keys.outboxEntry(`${scan}-verdict-published`), never)).not.toBeNull();
  }
  await store.close();
  expect([...receiver.received, ...called.received]).toEqual([]);

  await api.startWorker();
  const expected = scans.map((scan) => `${scan}-verdict-published`).sort();
  await receiver.until(2);
  await called.until(2);
  for (const scan of scans) await api.client.waitForVerdict(scan);
  for (const { received } of [receiver, called])
    expect(received.map(({ headers }) => headers['webhook-id']).sort()).toEqual(expected);
  const { events } = EventList.parse(await (await api.ask('/v1/events')).json());
  expect(events.map(({ id }) => id).sort()).toEqual(expected);
});
