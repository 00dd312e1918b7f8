import { createHash, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ObjectMissingError } from './errors/object-missing-error';
import { StorageKeyError } from './errors/storage-key-error';
import type { ObjectStore } from './object-store';

export interface ObjectStoreBackend {
  /** A store that is empty for this test; the suite closes it. */
  open(): Promise<ObjectStore>;
  /** Can the backend decide between racing `ifAbsent` writers? */
  decidesIfAbsent: boolean;
  /** More keys than the backend lists in two pages. */
  manyKeys: number;
}

const writersInFlight = 32;
const chunkBytes = 64 * 1024;
/** Many parts of a multipart upload. */
const largeBytes = 96 * 1024 * 1024;
/** In notes of the memory in use, one a chunk: every 4 MB. */
const collectEveryNotes = 64;
/** Far under the large object's size: parts in flight, stream buffers, and what the collector has not taken yet. */
const largeAllowedGrowthBytes = 48 * 1024 * 1024;

/**
 * What every object store holds, whatever is behind it:
 *
 * 1. An object is whole or not there: a body that fails or is aborted half-way leaves nothing, or the old bytes.
 * 2. Overwriting does not disturb who is reading: each reader sees one version from first to last byte.
 * 3. `ifAbsent` never changes an object; of racing writers exactly one wins (or, where the backend cannot decide,
 *    the object is whole and one of theirs).
 * 4. The body's own error comes out unchanged, and a body never stays open.
 * 5. Ranges are inclusive, are cut at the end, and are empty behind it.
 * 6. A prefix is a plain string prefix; lists are complete, in key order, over any number of keys.
 * 7. Absent is `null` or nothing to do, never an exception, except for the source of a move.
 * 8. A key that could leave the store, or that not every backend can hold, is refused before anything happens.
 * 9. Abort signals end work with the signal's own reason.
 * 10. A stream of any length passes through bounded memory, in both directions.
 */
export function objectStoreConformance(backend: () => ObjectStoreBackend): void {
  const never = new AbortController().signal;
  // One signal for all tests; Node would warn of more than ten listeners, taking them for a leak.
  setMaxListeners(0, never);
  let store: ObjectStore;

  beforeEach(async () => {
    store = await backend().open();
  });
  afterEach(() => store.close());

  const text = async (key: string): Promise<string | undefined> => (await store.get(key, never))?.toString();
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of store.list(prefix, never)) found.push(key);
    return found;
  };

  describe('put and get', () => {
    it('gives back the bytes of a buffer, a string, a stream and an empty body', async () => {
      const bytes = randomBytes(100_000);
      expect(await store.put('a/buffer', bytes, {}, never)).toBe('written');
      expect(await store.put('a/string', 'naïve ✓', { contentType: 'text/plain' }, never)).toBe('written');
      expect(await store.put('a/stream', Readable.from([bytes, bytes]), {}, never)).toBe('written');
      expect(await store.put('a/empty', '', {}, never)).toBe('written');
      expect(await store.put('a/empty-stream', Readable.from([]), {}, never)).toBe('written');
      expect(await store.get('a/buffer', never)).toEqual(bytes);
      expect(await text('a/string')).toBe('naïve ✓');
      expect(await store.get('a/stream', never)).toEqual(Buffer.concat([bytes, bytes]));
      expect(await text('a/empty')).toBe('');
      expect(await text('a/empty-stream')).toBe('');
    });

    it('replaces an object, and tells its size and time', async () => {
      await store.put('doc.json', 'a longer first version', {}, never);
      await store.put('doc.json', 'second', {}, never);
      expect(await text('doc.json')).toBe('second');
      const stat = await store.stat('doc.json', never);
      expect(stat?.bytes).toBe(6);
      expect(stat?.modifiedAt.getTime()).toBeGreaterThan(Date.UTC(2020, 0));
    });

    it('answers null for what is absent, also for a folder of other keys', async () => {
      await store.put('scans/one/probe.json', '{}', {}, never);
      for (const key of ['nothing', 'scans', 'scans/one', 'scans/one/probe.json/deeper', 'scans/two/probe.json']) {
        expect(await store.get(key, never)).toBeNull();
        expect(await store.stream(key, null, never)).toBeNull();
        expect(await store.stat(key, never)).toBeNull();
        expect(await store.localFile(key, never)).toBeNull();
      }
    });

    it('takes the longest key', async () => {
      const key = `${'a'.repeat(255)}/${'b'.repeat(256 - 9)}/longest.`;
      expect(key).toHaveLength(512);
      await store.put(key, 'x', {}, never);
      expect(await keys('')).toEqual([key]);
    });
  });

  describe('whole or not at all', () => {
    it.each([
      ['early', 1],
      ['after several parts', 20 * 16],
    ])('a body that fails %s leaves nothing and rejects with its own error', async (_, chunks) => {
      const own = new RangeError('over the byte limit');
      const body = Readable.from(failingAfter(chunks, own), { objectMode: false });
      await expect(store.put('uploads/half', body, {}, never)).rejects.toBe(own);
      expect(await store.stat('uploads/half', never)).toBeNull();
      expect(await keys('')).toEqual([]);
      expect(body.destroyed).toBe(true);
    });

    it('a body that fails leaves the version before it', async () => {
      await store.put('doc', 'old', {}, never);
      const body = Readable.from(failingAfter(3, new Error('cut off')));
      await expect(store.put('doc', body, {}, never)).rejects.toThrow('cut off');
      expect(await text('doc')).toBe('old');
    });

    it('a body that failed before anyone read it rejects, and is no uncaught exception', async () => {
      const body = new Readable({ read: () => {} });
      const put = store.put('early', body, {}, never);
      body.destroy(new Error('client went away'));
      await expect(put).rejects.toThrow('client went away');
      expect(await keys('')).toEqual([]);
    });

    it('shows nothing of an object while it is being written', async () => {
      const body = new Readable({ read: () => {} });
      const put = store.put('uploads/slow', body, {}, never);
      for (let chunk = 0; chunk < 4; chunk += 1) {
        body.push(randomBytes(chunkBytes));
        await nextTurn();
        expect(await store.stat('uploads/slow', never)).toBeNull();
        expect(await keys('')).toEqual([]);
      }
      body.push(null);
      await put;
      expect(await keys('')).toEqual(['uploads/slow']);
    });

    it('a reader sees one version from the first byte to the last while another is written', async () => {
      const version = (letter: string): Buffer => Buffer.alloc(2 * 1024 * 1024, letter);
      await store.put('doc', version('a'), {}, never);
      const reader = await store.stream('doc', null, never);
      const overwriting = Promise.all(['b', 'c'].map((letter) => store.put('doc', version(letter), {}, never)));
      const seen = await buffer(reader ?? Readable.from([]));
      await overwriting;
      expect(seen.equals(version('a'))).toBe(true);
      const after = await store.get('doc', never);
      expect([version('b'), version('c')].some((whole) => after?.equals(whole))).toBe(true);
    });
  });

  describe('ifAbsent', () => {
    it('leaves an existing object alone and does not leave the body open', async () => {
      await store.put('media/x', 'first', { ifAbsent: true }, never);
      const body = Readable.from(failingAfter(1000, new Error('read to the end')));
      expect(await store.put('media/x', body, { ifAbsent: true }, never)).toBe('exists');
      expect(body.destroyed).toBe(true);
      expect(await text('media/x')).toBe('first');
    });

    it('racing writers: one whole body wins', async () => {
      const bodies = Array.from({ length: 12 }, (_, writer) => Buffer.alloc(50_000, writer + 1));
      const put = (body: Buffer, writer: number): Promise<string> =>
        store.put('media/raced', writer % 2 ? Readable.from([body]) : body, { ifAbsent: true }, never);
      const ends = await Promise.all(bodies.map(put));
      const winners = ends.filter((end) => end === 'written').length;
      if (backend().decidesIfAbsent) expect(winners).toBe(1);
      else expect(winners).toBeGreaterThanOrEqual(1);
      const kept = await store.get('media/raced', never);
      const written = bodies.filter((_, writer) => ends[writer] === 'written');
      expect(written.some((body) => kept?.equals(body))).toBe(true);
      expect(await keys('')).toEqual(['media/raced']);
    });
  });

  describe('ranges', () => {
    const bytes = Buffer.from('0123456789');
    const read = async (start: number, end?: number): Promise<string> =>
      (await buffer((await store.stream('digits', { start, end }, never)) ?? Readable.from([]))).toString();

    it('are inclusive, cut at the end and empty behind it', async () => {
      await store.put('digits', bytes, {}, never);
      expect(await read(0, 0)).toBe('0');
      expect(await read(2, 5)).toBe('2345');
      expect(await read(7)).toBe('789');
      expect(await read(8, 100)).toBe('89');
      expect(await read(10)).toBe('');
      expect(await read(50, 60)).toBe('');
      expect(await store.stream('absent', { start: 3 }, never)).toBeNull();
    });

    it.each([{ start: -1 }, { start: 1.5 }, { start: 5, end: 4 }, { start: Number.NaN }, { start: 0, end: Infinity }])(
      'refuse %j',
      async (range) => {
        await store.put('digits', bytes, {}, never);
        await expect(store.stream('digits', range, never)).rejects.toThrow(RangeError);
      },
    );
  });

  describe('list', () => {
    it('takes a prefix as a plain string, in key order', async () => {
      const all = ['a', 'a-b/x', 'a.b', 'aa/x', 'ab', 'b/1', 'b/10', 'b/2', 'b/c/d/e', 'b0'];
      await Promise.all(all.map((key) => store.put(key, key, {}, never)));
      expect(await keys('')).toEqual(all);
      expect(await keys('a')).toEqual(['a', 'a-b/x', 'a.b', 'aa/x', 'ab']);
      expect(await keys('b/')).toEqual(['b/1', 'b/10', 'b/2', 'b/c/d/e']);
      expect(await keys('b/1')).toEqual(['b/1', 'b/10']);
      expect(await keys('b/c/d')).toEqual(['b/c/d/e']);
      expect(await keys('b/c/d/e')).toEqual(['b/c/d/e']);
      expect(await keys('b/c/d/e/f')).toEqual([]);
      expect(await keys('nothing/here')).toEqual([]);
    });

    it('sorts a folder to where its keys belong', async () => {
      const all = ['s-x', 's.x', 's/x', 's0', 'sx'];
      await Promise.all(all.map((key) => store.put(key, key, {}, never)));
      expect(await keys('s')).toEqual(all);
    });

    it('is complete over more keys than one page, tells sizes, and deletePrefix takes exactly them', async () => {
      const { manyKeys } = backend();
      const key = (n: number): string => `scans/many/segments/${String(n).padStart(5, '0')}.json`;
      for (let from = 0; from < manyKeys; from += writersInFlight) {
        const batch = Array.from({ length: Math.min(writersInFlight, manyKeys - from) }, (_, n) => key(from + n));
        await Promise.all(batch.map((each) => store.put(each, 'seven b', {}, never)));
      }
      await store.put('scans/many-more', 'kept', {}, never);
      let count = 0;
      for await (const found of store.list('scans/many/', never)) {
        expect(found).toEqual({ key: key(count), bytes: 7 });
        count += 1;
      }
      expect(count).toBe(manyKeys);
      expect(await store.deletePrefix('scans/many/', never)).toBe(manyKeys);
      expect(await keys('')).toEqual(['scans/many-more']);
    });
  });

  describe('move, delete, localFile', () => {
    it('moves over an existing object and leaves no source', async () => {
      await store.put('uploads/1', 'new', { contentType: 'video/mp4' }, never);
      await store.put('media/1', 'old', {}, never);
      await store.move('uploads/1', 'media/1', never);
      expect(await text('media/1')).toBe('new');
      expect(await keys('')).toEqual(['media/1']);
    });

    it('a move onto itself keeps the object, a move of nothing is a typed error', async () => {
      await store.put('media/1', 'kept', {}, never);
      await store.move('media/1', 'media/1', never);
      expect(await text('media/1')).toBe('kept');
      await expect(store.move('uploads/gone', 'media/1', never)).rejects.toThrow(ObjectMissingError);
      await expect(store.move('uploads/gone', 'uploads/gone', never)).rejects.toThrow(ObjectMissingError);
      expect(await text('media/1')).toBe('kept');
    });

    it('deletes what is there, and absent is fine', async () => {
      await store.put('a/b/c', 'x', {}, never);
      await store.delete('a/b', never);
      expect(await keys('')).toEqual(['a/b/c']);
      await store.delete('a/b/c', never);
      await store.delete('a/b/c', never);
      expect(await keys('')).toEqual([]);
      expect(await store.deletePrefix('a/', never)).toBe(0);
    });

    it('deletePrefix takes a plain string prefix but never everything', async () => {
      await Promise.all(['m/1', 'm/1.json', 'm/2'].map((key) => store.put(key, key, {}, never)));
      expect(await store.deletePrefix('m/1', never)).toBe(2);
      await expect(store.deletePrefix('', never)).rejects.toThrow(StorageKeyError);
      expect(await keys('')).toEqual(['m/2']);
    });

    it('writers and deleters of neighbouring keys do not trip over each other', async () => {
      const churn = async (name: string): Promise<void> => {
        for (let round = 0; round < 10; round += 1) {
          await store.put(`deep/er/${name}`, name, { ifAbsent: round % 2 === 0 }, never);
          await store.delete(`deep/er/${name}`, never);
        }
      };
      await Promise.all(['a', 'b', 'c', 'd'].map(churn));
      expect(await keys('')).toEqual([]);
    });

    it('gives an object as a file, and release can be called twice', async () => {
      const bytes = randomBytes(300_000);
      await store.put('media/clip', bytes, {}, never);
      const file = await store.localFile('media/clip', never);
      expect(await readFile(file?.path ?? '')).toEqual(bytes);
      await file?.release();
      await file?.release();
      expect(await store.get('media/clip', never)).toEqual(bytes);
    });
  });

  describe('keys', () => {
    const impossible = [
      '',
      '/',
      '/etc/passwd',
      '../outside',
      'a/../../outside',
      'a/..',
      'a..b',
      '.',
      './a',
      'a/./b',
      'a//b',
      'a/',
      '.tmp/x',
      'a/.hidden',
      'nul\0byte',
      'back\\slash',
      'white space',
      'percent%2e%2e/x',
      'ünïcode',
      'new\nline',
      'a'.repeat(513),
      `${'a'.repeat(256)}/b`,
    ];

    it.each(impossible.map((key) => [JSON.stringify(key.slice(0, 40)), key]))('refuses %s', async (_, key) => {
      await store.put('good', 'x', {}, never);
      const tries = [
        () => store.put(key, 'x', {}, never),
        () => store.get(key, never),
        () => store.stream(key, null, never),
        () => store.stat(key, never),
        () => store.move(key, 'good', never),
        () => store.move('good', key, never),
        () => store.delete(key, never),
        () => store.localFile(key, never),
      ];
      for (const attempt of tries) await expect(attempt()).rejects.toThrow(StorageKeyError);
      expect(await keys('')).toEqual(['good']);
    });

    it.each(['/', '../', 'a/../b', '.tmp', 'a//', 'nul\0'])('refuses the prefix %j', async (prefix) => {
      await expect(keys(prefix)).rejects.toThrow(StorageKeyError);
      await expect(store.deletePrefix(prefix, never)).rejects.toThrow(StorageKeyError);
    });

    it('a refused key does not leave the body open', async () => {
      const body = Readable.from(['x']);
      await expect(store.put('../x', body, {}, never)).rejects.toThrow(StorageKeyError);
      expect(body.destroyed).toBe(true);
    });
  });

  describe('abort signals', () => {
    const reason = new Error('told to stop');

    it('every method rejects with the reason of a signal that is already aborted', async () => {
      await store.put('a', 'x', {}, never);
      const signal = AbortSignal.abort(reason);
      const body = Readable.from(['x']);
      const tries = [
        () => store.put('b', 'x', {}, signal),
        () => store.put('b', body, {}, signal),
        () => store.put('b', 'x', { ifAbsent: true }, signal),
        () => store.get('a', signal),
        () => store.stream('a', null, signal),
        () => store.stat('a', signal),
        () => store.list('', signal)[Symbol.asyncIterator]().next(),
        () => store.move('a', 'c', signal),
        () => store.delete('a', signal),
        () => store.deletePrefix('a', signal),
        () => store.localFile('a', signal),
        () => store.check(signal),
      ];
      for (const attempt of tries) await expect(attempt()).rejects.toBe(reason);
      expect(body.destroyed).toBe(true);
      expect(await keys('')).toEqual(['a']);
    });

    it('ends a put half-way and leaves nothing', async () => {
      const stop = new AbortController();
      const body = Readable.from(
        abortingAfter(20 * 16, () => stop.abort(reason)),
        { objectMode: false },
      );
      await expect(store.put('half', body, {}, stop.signal)).rejects.toBe(reason);
      expect(body.destroyed).toBe(true);
      expect(await keys('')).toEqual([]);
    });

    it('destroys a stream that is being read', async () => {
      await store.put('long', Buffer.alloc(4 * 1024 * 1024), {}, never);
      const stop = new AbortController();
      const stream = await store.stream('long', null, stop.signal);
      const reading = (async () => {
        for await (const chunk of stream ?? []) if (chunk) stop.abort(reason);
      })();
      await expect(reading).rejects.toThrow();
      expect(stream?.destroyed).toBe(true);
    });
  });

  it('passes a large stream in both directions through bounded memory', async () => {
    const sent = createHash('sha256');
    const received = createHash('sha256');
    // What is held counts, and not what the collector has yet to take: when it runs depends on whatever ran before here.
    collectGarbage();
    const before = process.memoryUsage.rss();
    let peak = before;
    let noted = 0;
    const note = (): void => {
      if ((noted += 1) % collectEveryNotes === 0) collectGarbage();
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const body = Readable.from(largeBody(sent, note), { objectMode: false, highWaterMark: chunkBytes });
    await store.put('media/large', body, {}, never);
    for await (const chunk of (await store.stream('media/large', null, never)) ?? []) {
      received.update(chunk);
      note();
    }
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect((await store.stat('media/large', never))?.bytes).toBe(largeBytes);
    expect(peak - before).toBeLessThan(largeAllowedGrowthBytes);
    await store.move('media/large', 'media/moved', never);
    expect((await store.stat('media/moved', never))?.bytes).toBe(largeBytes);
    await store.delete('media/moved', never);
    expect(await keys('')).toEqual([]);
  });

  it('check passes on a store that can be written, and leaves nothing', async () => {
    await store.check(never);
    expect(await keys('')).toEqual([]);
  });
}

/** The collector itself, which Node shows only when asked to. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

function* failingAfter(chunks: number, error: Error): Generator<Buffer> {
  for (let chunk = 0; chunk < chunks; chunk += 1) yield Buffer.alloc(chunkBytes, chunk);
  throw error;
}

function* abortingAfter(chunks: number, abort: () => void): Generator<Buffer> {
  for (let chunk = 0; chunk < chunks; chunk += 1) yield Buffer.alloc(chunkBytes, chunk);
  abort();
  for (;;) yield Buffer.alloc(chunkBytes);
}

function* largeBody(hash: ReturnType<typeof createHash>, note: () => void): Generator<Buffer> {
  for (let sent = 0; sent < largeBytes; sent += chunkBytes) {
    const chunk = Buffer.alloc(chunkBytes, sent / chunkBytes);
    hash.update(chunk);
    note();
    yield chunk;
  }
}
