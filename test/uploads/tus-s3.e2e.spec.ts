/**
 * tus over an S3 store. What holds: the protocol, see `tus-conformance.ts`; and of what was ended or has expired, no
 * part stays in the bucket.
 */
import { randomBytes } from 'node:crypto';
import { startTestApi, type TestApi } from '../support/api';
import { describeWithS3, s3Settings, s3StartTimeoutMs, startS3, type TestS3 } from '../support/s3';
import { append, begin, tus } from '../support/tus';
import { tusConformance } from './tus-conformance';

/** Bounds a hang; how long it takes is the machine's. */
jest.setTimeout(240_000);

const maxBytes = 30_000_000;
/** Two parts of S3 and a rest that is no part yet. */
const manyBytes = 20_000_000;

describeWithS3('tus over S3', () => {
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

  tusConformance({ api: () => api, maxBytes, stored: () => s3.everything() });

  it('goes on over the borders of parts, and keeps nothing of what was ended', async () => {
    const bytes = randomBytes(manyBytes);
    const ended = await begin(api, bytes.length);
    await append(api, ended, 0, bytes.subarray(0, 10_000_000));
    const path = await begin(api, bytes.length);
    let offset = 0;
    for (const size of [3_000_000, 1, 9_000_000, 7_000_000, 999_999]) {
      const answer = await append(api, path, offset, bytes.subarray(offset, offset + size));
      offset += size;
      expect(answer.headers.get('upload-offset')).toBe(String(offset));
    }
    const media = String((await tus(api, 'HEAD', path)).headers.get('assay-media'));
    expect(Buffer.from(await stored(media)).equals(bytes)).toBe(true);
    expect((await tus(api, 'DELETE', ended)).status).toBe(204);
    await api.client.deleteMedia(media);
    const id = String(ended.split('/').pop());
    expect((await s3.everything()).filter((name) => name.includes(id) || name.includes(media))).toEqual([]);
  });

  async function stored(media: string): Promise<ArrayBuffer> {
    const { createS3Store } = await import('@assay/storage');
    const store = createS3Store(s3);
    const bytes = await store.get(`media/${media}`, new AbortController().signal);
    await store.close();
    return new Uint8Array(bytes ?? []).buffer;
  }
});
