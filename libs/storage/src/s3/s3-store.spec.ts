import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describeWithS3, s3StartTimeoutMs, startS3, type TestS3 } from '../../../../test/support/s3';
import { StorageKeyError } from '../errors/storage-key-error';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { objectStoreConformance } from '../object-store.conformance';
import { copyObject } from './copy-object';
import { createS3Store } from './create-s3-store';

const never = new AbortController().signal;
const mebibyte = 1024 * 1024;

/**
 * Against OpenStack Swift's S3 API: the conformance suite, and beyond it
 *
 * 1. Stores with different prefixes in one bucket do not see each other.
 * 2. Neither a failed nor an aborted upload leaves parts on the server.
 * 3. A large object is copied in parts, whole and in order.
 * 4. `localFile` leaves nothing behind once released.
 * 5. A missing bucket and wrong credentials are `StoreUnavailableError`, not "absent" (but for `stat`: the answer to a
 *    HEAD has no body that would name what is missing; `check` at the start finds it).
 */
describeWithS3('S3 as object store', () => {
  let server: TestS3;
  let client: S3Client;

  beforeAll(async () => {
    server = await startS3();
    const { endpoint, region, accessKeyId, secretAccessKey } = server;
    client = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
  }, s3StartTimeoutMs);
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  objectStoreConformance(() => ({
    open: async () => createS3Store({ ...server, prefix: `${randomUUID()}/` }),
    // Swift answers 501 to a conditional write; `conditional-put.spec.ts` covers servers that decide it.
    decidesIfAbsent: false,
    // The test server's pages hold 100.
    manyKeys: 250,
  }));

  it('keeps prefixes apart', async () => {
    const [one, two] = ['one/', 'one/two/'].map((prefix) => createS3Store({ ...server, prefix }));
    await one?.put('a', '1', {}, never);
    await two?.put('a', '2', {}, never);
    expect((await one?.get('two/a', never))?.toString()).toBe('2');
    expect((await two?.get('a', never))?.toString()).toBe('2');
    expect(await two?.deletePrefix('a', never)).toBe(1);
    expect((await one?.get('a', never))?.toString()).toBe('1');
    await one?.delete('a', never);
    expect(() => createS3Store({ ...server, prefix: 'no-slash' })).toThrow(StorageKeyError);
    await Promise.all([one?.close(), two?.close()]);
  });

  it('tells of the bytes that it reads, in whatever way', async () => {
    let bytes = 0;
    const store = createS3Store({ ...server, prefix: 'told/', onRead: (more) => (bytes += more) });
    await store.put('object', randomBytes(3 * mebibyte), {}, never);
    await store.stat('object', never);
    expect(bytes).toBe(0);
    await store.get('object', never);
    expect(bytes).toBe(3 * mebibyte);
    const part = await store.stream('object', { start: 5, end: 104 }, never);
    for await (const chunk of part!) expect(chunk).toHaveLength(100);
    expect(bytes).toBe(3 * mebibyte + 100);
    await (await store.localFile('object', never))?.release();
    expect(bytes).toBe(6 * mebibyte + 100);
    await store.close();
  });

  it('a failed upload leaves no parts', async () => {
    const bucket = await server.createBucket('parts');
    const store = createS3Store({ ...server, bucket });
    await expect(store.put('half', Readable.from(failing()), {}, never)).rejects.toThrow('cut off');
    const stop = new AbortController();
    const reason = new Error('told to stop');
    const endless = Readable.from(endlessUntil(() => stop.abort(reason)));
    await expect(store.put('half', endless, {}, stop.signal)).rejects.toBe(reason);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads ?? []).toEqual([]);
    await store.close();
  });

  it('copies a large object in parts', async () => {
    const store = createS3Store(server);
    const bytes = randomBytes(13 * mebibyte);
    await store.put('large', bytes, { contentType: 'video/mp4' }, never);
    const [source, target] = ['large', 'copy'].map((Key) => ({ Bucket: server.bucket, Key }));
    if (!source || !target) throw new Error('two places');
    await copyObject(client, { source, target, bytes: bytes.length, partBytes: 5 * mebibyte }, never);
    expect((await store.get('copy', never))?.equals(bytes)).toBe(true);
    await Promise.all([store.delete('large', never), store.delete('copy', never)]);
    await store.close();
  });

  it('a local file is a copy that goes away', async () => {
    const temporaryFolder = await mkdtemp(join(tmpdir(), 'assay-local-'));
    const store = createS3Store({ ...server, temporaryFolder });
    await store.put('clip', 'bytes', {}, never);
    const file = await store.localFile('clip', never);
    expect(await readdir(temporaryFolder)).toHaveLength(1);
    await file?.release();
    expect(await readdir(temporaryFolder)).toEqual([]);
    await store.delete('clip', never);
    await store.close();
    await rm(temporaryFolder, { recursive: true });
  });

  it.each([
    ['a missing bucket', { bucket: 'not-there' }],
    ['wrong credentials', { secretAccessKey: 'wrong' }],
  ])('%s is an unavailable store', async (_, wrong) => {
    const store = createS3Store({ ...server, ...wrong });
    for (const attempt of [
      () => store.check(never),
      () => store.get('a', never),
      () => store.put('a', '', {}, never),
    ]) {
      await expect(attempt()).rejects.toThrow(StoreUnavailableError);
    }
    await store.close();
  });
});

describe('S3 that is not there', () => {
  it('is a typed error, and its message holds no address', async () => {
    const settings = { region: 'us-east-1', bucket: 'b', accessKeyId: 'a', secretAccessKey: 'secret-word' };
    const closed = await listen(createServer());
    const store = createS3Store({ ...settings, endpoint: urlOf(closed), forcePathStyle: true });
    await new Promise((done) => closed.close(done));
    const failure = await store.put('a', 'x', {}, never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(String(failure)).not.toMatch(/127\.0\.0\.1|secret-word/);
    await store.close();
  });
});

function* failing(): Generator<Buffer> {
  for (let part = 0; part < 20; part += 1) yield Buffer.alloc(mebibyte);
  throw new Error('cut off');
}

function* endlessUntil(abort: () => void): Generator<Buffer> {
  for (let part = 0; ; part += 1) {
    if (part === 20) abort();
    yield Buffer.alloc(mebibyte);
  }
}

function listen(server: Server): Promise<Server> {
  return new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(server)));
}

function urlOf(server: Server): string {
  const address = server.address();
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
}
