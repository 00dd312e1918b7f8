/**
 * As `erase.e2e.spec.ts`, with a real S3 server. What holds after an erasure: nothing refers to the item any more, in no object's key
 * or bytes, in no key or value of Redis, and not among what the server keeps apart (parts of uploads that were begun).
 */
import type { Erasure } from '@assay/contracts';
import { createS3Store } from '@assay/storage';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestApi, type TestApi } from '../support/api';
import { newClip } from '../support/new-clip';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3, type TestS3 } from '../support/s3';
import { tracesOf } from '../support/traces';
import { append, begin } from '../support/tus';

jest.setTimeout(240_000);

const subject = 'account 4712';
/** More than one part of a multipart upload has to have. */
const partBytes = 9_000_000;

describeWithS3('erasing from S3', () => {
  let s3: TestS3;
  let api: TestApi;
  beforeAll(async () => {
    s3 = await startS3();
    api = await startTestApi({ ...s3Settings(s3), ASSAY_INFERENCE_THREADS: '1' });
  }, s3StartTimeoutMs);
  afterAll(async () => {
    await api?.close();
    await s3?.close();
  });

  const postJson = (path: string, body: object) =>
    api.ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

  async function traces(needles: string[]): Promise<string[]> {
    const store = createS3Store(s3);
    try {
      const kept = (await s3.everything()).filter((name) => needles.some((needle) => name.includes(needle)));
      return [...(await tracesOf(needles, { store, redisPath: api.redisPath })), ...kept.map((name) => `s3:${name}`)];
    } finally {
      await store.close();
    }
  }

  it('leaves nothing of a subject: media, scan, evidence, and the parts of an upload that is half done', async () => {
    await api.startWorker();
    const about = { 'assay-subject': encodeURIComponent(subject), 'x-file-name': 'holiday-1.mp4' };
    const headers = { 'content-type': 'video/mp4', ...about };
    const body = new Uint8Array(newClip('swapped-a.mp4', 81));
    const taken = await api.ask('/v1/media', { method: 'POST', headers, body });
    const { id: media } = (await taken.json()) as { id: string };
    const { id: scan } = await api.client.createScan({ media });
    await api.client.waitForVerdict(scan);
    const path = await begin(api, 3 * partBytes, { filename: 'holiday-2.mp4', subject });
    await append(api, path, 0, Buffer.alloc(partBytes));
    const upload = String(path.split('/').pop());
    const needles = [media, scan, upload, 'holiday-', subject];

    const before = await traces(needles);
    for (const part of ['/evidence/', '/verdict.json', 'resumable/', 's3:assay+segments/'])
      expect([part, before.some((place) => place.includes(part))]).toEqual([part, true]);

    const asked = await postJson('/v1/erasures', { target: { kind: 'subject', subject } });
    const { id } = (await asked.json()) as Erasure;
    const read = async () => (await (await api.ask(`/v1/erasures/${id}`)).json()) as Erasure;
    while ((await read()).state !== 'done') await sleep(100);
    expect((await read()).receipt?.receipt.removed).toMatchObject({ mediaItems: 1, scans: 1, verdicts: 1 });
    // The lease of an upload keeps its number for a week, and nothing else; the audit log names what was asked for by its id.
    const mayStay = /^redis:assay:lease:.*:token$|^store:audit\/|^s3:assay\/audit\//;
    expect((await traces(needles)).filter((place) => !mayStay.test(place))).toEqual([]);
  });
});
