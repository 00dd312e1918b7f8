import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describeWithS3, s3StartTimeoutMs, startS3, type TestS3 } from '../../../../test/support/s3';
import { S3FaultProxy } from '../../../../test/support/s3-fault-proxy';
import type { S3Fault } from '../../../../test/support/s3-faults';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import type { ObjectStore } from '../object-store';
import { createS3Store } from './create-s3-store';

/** Servers start here, and answers that never come are waited for, on machines that may be busy. */
jest.setTimeout(120_000);

/**
 * A real S3 server behind a proxy that fails requests:
 *
 * 1. What one failure spoils is made good by the store itself, whatever the failure: what is read is whole and is what was
 *    written, and a write is there once.
 * 2. A body that breaks off is read on where it stopped, also as a file and within a range.
 * 3. A body never has parts of two objects.
 * 4. A store that is gone is a `StoreUnavailableError` within a bounded time, and leaves nothing: no object, no file.
 */
describeWithS3('S3 that fails', () => {
  const never = new AbortController().signal;
  /** Of whoever waits for what never comes: shorter than a test, longer than a busy machine needs for an answer. */
  const socketTimeoutMs = 5_000;
  /** Faults that are noticed by that time alone. For the others there is the usual one, which nothing here comes near. */
  const silent: ReadonlySet<S3Fault> = new Set<S3Fault>(['stall', 'stallBody']);
  /** Short of one part of an upload, and longer than any buffer on the way. */
  const content = randomBytes(3_000_000);
  let server: TestS3;
  let proxy: S3FaultProxy;
  let temporaryFolder: string;
  let store: ObjectStore;
  let impatient: ObjectStore;
  let direct: ObjectStore;

  beforeAll(async () => {
    server = await startS3();
    proxy = await S3FaultProxy.open({ target: server.endpoint, random: () => 0.5 });
    temporaryFolder = await mkdtemp(join(tmpdir(), 'assay-faults-'));
    const settings = { ...server, endpoint: proxy.url, temporaryFolder };
    store = createS3Store(settings);
    impatient = createS3Store({ ...settings, socketTimeoutMs });
    direct = createS3Store(server);
    await direct.put('known', content, {}, never);
  }, s3StartTimeoutMs);
  afterEach(() => {
    proxy.next = [];
    proxy.down = false;
  });
  afterAll(async () => {
    await Promise.all([store?.close(), impatient?.close(), direct?.close(), proxy?.close(), server?.close()]);
    await rm(temporaryFolder, { recursive: true, force: true });
  });
  const storeFor = (fault: S3Fault): ObjectStore => (silent.has(fault) ? impatient : store);

  const reading: S3Fault[] = [
    'slowDown',
    'internalError',
    'resetBefore',
    'resetAfter',
    'stall',
    'cutBody',
    'stallBody',
  ];
  it.each([...reading, 'slowBody' as const])('reads all the same: %s', async (fault) => {
    const store = storeFor(fault);
    proxy.next = [fault, null, fault];
    expect((await store.get('known', never))?.equals(content)).toBe(true);
    proxy.next = [fault];
    const file = await store.localFile('known', never);
    expect((await readFile(file?.path ?? '')).equals(content)).toBe(true);
    await file?.release();
    proxy.next = [fault];
    const part = await store.stream('known', { start: 1_000, end: 2_000_999 }, never);
    expect((await buffer(part ?? Readable.from([]))).equals(content.subarray(1_000, 2_001_000))).toBe(true);
    expect(proxy.next).toEqual([]);
  });

  const writing: S3Fault[] = ['slowDown', 'internalError', 'resetBefore', 'resetAfter', 'stall', 'cutUpload'];
  it.each(writing)('writes all the same: %s', async (fault) => {
    const store = storeFor(fault);
    proxy.next = [fault];
    expect(await store.put(`written/${fault}`, content, {}, never)).toBe('written');
    proxy.next = [fault];
    expect(await store.put(`streamed/${fault}`, Readable.from([content]), {}, never)).toBe('written');
    expect(proxy.next).toEqual([]);
    for (const key of [`written/${fault}`, `streamed/${fault}`]) {
      expect((await direct.get(key, never))?.equals(content)).toBe(true);
    }
    proxy.next = [null, fault];
    await store.move(`written/${fault}`, `moved/${fault}`, never);
    expect(await direct.stat(`written/${fault}`, never)).toBeNull();
    expect((await direct.stat(`moved/${fault}`, never))?.bytes).toBe(content.length);
  });

  it('does not join the parts of two objects', async () => {
    for (let isShown = false; !isShown;) {
      await direct.put('changing', content, {}, never);
      proxy.next = ['stallBody'];
      const body = await impatient.stream('changing', null, never);
      const reading = buffer(body ?? Readable.from([])).catch((error: unknown) => error);
      const asked = proxy.requests;
      await direct.put('changing', randomBytes(content.length), {}, never);
      // Who has asked for the rest before another object lay there has it rightly, and shows nothing.
      isShown = proxy.requests === asked;
      const end = await reading;
      if (isShown) expect(end).toBeInstanceOf(StoreUnavailableError);
    }
  });

  it('gives up a body that brings nothing', async () => {
    // Half of one byte, rounded down, each time.
    await direct.put('one', 'x', {}, never);
    proxy.rates = { cutBody: 1 };
    const end = await store.get('one', never).catch((error: unknown) => error);
    proxy.rates = {};
    expect(end).toBeInstanceOf(StoreUnavailableError);
    expect(proxy.met.cutBody).toBeLessThan(20);
  });

  it('says that a store is gone, and leaves nothing', async () => {
    proxy.down = true;
    const attempts: Record<string, () => Promise<unknown>> = {
      get: () => store.get('known', never),
      stat: () => store.stat('known', never),
      localFile: () => store.localFile('known', never),
      put: () => store.put('half', content, {}, never),
      streamed: () => store.put('half', Readable.from([content, content]), {}, never),
      move: () => store.move('known', 'elsewhere', never),
      delete: () => store.delete('known', never),
      list: async () => {
        for await (const { key } of store.list('', never)) throw new Error(`${key} was listed`);
      },
      check: () => store.check(never),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      const end = await attempt().catch((error: unknown) => error);
      expect([name, end instanceof StoreUnavailableError]).toEqual([name, true]);
    }
    proxy.down = false;
    expect(await direct.stat('half', never)).toBeNull();
    expect((await store.get('known', never))?.equals(content)).toBe(true);
    expect(await readdir(temporaryFolder)).toEqual([]);
  });
});
