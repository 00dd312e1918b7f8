/**
 * What an operator sees of receivers that fail, on the command line and beside the tenants' own logs. What holds:
 * - each receiver is named once, with whose it is, how much waits for it, since when, and how its last try ended;
 * - a receiver that takes its events is not among them;
 * - it works from the store alone, and says where it did not look at everything.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PendingReceivers, pendingReceivers } from '@assay/pipeline';
import { createFolderStore } from '@assay/storage';
import { startTestApi, type TestApi } from '../support/api';
import { assay } from '../support/assay-cli';
import { type Receiver, startReceiver } from '../support/receiver';

/** A worker starts and loads models here, on machines that may be busy. */
jest.setTimeout(180_000);

let api: TestApi;
const receivers: Receiver[] = [];
beforeAll(async () => {
  api = await startTestApi({ ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_QUEUES: 'deliver' });
});
afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await api?.close();
});

async function webhook(answer: number): Promise<{ id: string; receiver: Receiver }> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  receiver.answer(answer);
  const made = await api.ask('/v1/webhooks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url }),
  });
  return { id: ((await made.json()) as { id: string }).id, receiver };
}
const test = (id: string): Promise<Response> => api.ask(`/v1/webhooks/${id}/test`, { method: 'POST' });
/** Without Redis. */
const pending = (...args: string[]) =>
  assay(['webhooks', 'pending', ...args], api.dataDir, { ASSAY_DATA_DIR: api.dataDir });

it('names the receivers that fail, and only those', async () => {
  expect(await pending()).toMatchObject({ code: 0, stdout: 'every event was delivered\n' });
  const [dead, well] = [await webhook(503), await webhook(204)];
  for (const { id } of [dead, dead, well]) expect((await test(id)).status).toBe(202);
  await api.startWorker();
  await Promise.all([dead.receiver.until(2), well.receiver.until(1)]);

  // What came of a try is written a moment after its answer.
  const store = createFolderStore({ root: join(api.dataDir, 'store') });
  const isWritten = ({ receivers: found }: PendingReceivers): boolean => found.length === 1 && found[0]!.tries > 0;
  while (!isWritten(await pendingReceivers(store, 10, new AbortController().signal))) await sleep(50);
  await store.close();

  const report = JSON.parse((await pending('--json')).stdout) as PendingReceivers;
  expect(report).toMatchObject({ looked: 2, complete: true });
  expect(report.receivers).toEqual([
    expect.objectContaining({
      tenant: 'default',
      webhook: dead.id,
      pending: 2,
      lastOutcome: 'refused',
      lastStatus: 503,
    }),
  ]);
  const [{ oldestAt, nextAttemptAt } = { oldestAt: '', nextAttemptAt: '' }] = report.receivers;
  expect(Date.parse(nextAttemptAt ?? '')).toBeGreaterThan(Date.parse(oldestAt));
  expect((await pending()).stdout).toMatch(
    new RegExp(`^default  ${dead.id}  2 pending, oldest 0 h \\d+ min  refused 503 \\(\\d tries, next \\S+\\)\n$`),
  );
  expect(await pending('--most', '1')).toMatchObject({
    stdout: expect.stringContaining('1 pending'),
    stderr: 'looked at the oldest 1; --most looks at more\n',
  });
});
