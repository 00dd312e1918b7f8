/**
 * Invariants: the id is the hash of the content; what is refused or cut off leaves nothing; the same content twice is
 * one item under its first name, which knows when it came last; what was deleted does not come back with it.
 */
import { defaultTenant, MediaRecord } from '@assay/contracts';
import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { deleteMedia } from '../delete-media';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import { readStored } from '../stored';
import { noAbort, testPorts } from '../testing/test-ports';
import { intake } from './intake';

let ports: OpenPorts;
beforeEach(async () => (ports = await testPorts()));
afterEach(() => {
  jest.restoreAllMocks();
  return ports.close();
});

async function storedKeys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of ports.store.list('', noAbort)) found.push(key);
  return found;
}

/** Resolves once the store has deleted the object. */
function untilDeleted(wanted: string): Promise<void> {
  const remove = ports.store.delete;
  return new Promise((resolve) => {
    jest.spyOn(ports.store, 'delete').mockImplementation(async (...asked) => {
      await remove.apply(ports.store, asked);
      if (asked[0] === wanted) resolve();
    });
  });
}

const take = (stream: Readable, name: string | null = 'clip.mp4') =>
  intake(stream, { tenant: defaultTenant, name }, ports, noAbort);

describe('intake', () => {
  it('stores content under its hash, with the base name of the upload', async () => {
    const body = randomBytes(300_000);
    const id = createHash('sha256').update(body).digest('hex');
    const outcome = await take(Readable.from([body.subarray(0, 7), body.subarray(7)]), 'C:\\videos\\a/clip.mp4');
    expect(outcome).toMatchObject({
      ok: true,
      value: { created: true, media: { id, bytes: 300_000, name: 'clip.mp4' } },
    });
    expect(await ports.store.get(`media/${id}`, noAbort)).toEqual(body);
    expect(await storedKeys()).toEqual([`media/${id}`, `media/${id}.json`]);
  });

  it('knows content that was here before, under its first name', async () => {
    await take(Readable.from(['same']), 'first.mp4');
    const again = await take(Readable.from(['same']), 'second.mp4');
    expect(again).toMatchObject({ ok: true, value: { created: false, media: { name: 'first.mp4' } } });
    expect(await storedKeys()).toHaveLength(2);
  });

  it('notes when it came last, and keeps when it came first', async () => {
    const first = await take(Readable.from(['same']));
    if (!first.ok) throw new Error('refused');
    expect(first.value.media.takenInAt).toBeUndefined();
    const from = Date.now();
    await take(Readable.from(['same']));
    const { id, createdAt } = first.value.media;
    const record = await readStored(ports.store, keys.mediaRecord(id, defaultTenant), MediaRecord, noAbort);
    expect(record).toEqual({ ...first.value.media, createdAt, takenInAt: expect.any(String) });
    expect(Date.parse(record?.takenInAt ?? '')).toBeGreaterThanOrEqual(from);
  });

  it('brings no deleted name back where a deletion takes the record between its reading and its writing', async () => {
    const first = await take(Readable.from(['same']), 'deleted.mp4');
    if (!first.ok) throw new Error('refused');
    const item = { media: first.value.media.id, tenant: defaultTenant };
    const { put } = ports.store;
    let deleting: Promise<boolean> | undefined;
    jest.spyOn(ports.store, 'put').mockImplementation(async (...asked) => {
      const [key, , { ifAbsent }] = asked;
      if (key === keys.mediaRecord(item.media, item.tenant) && !ifAbsent && !deleting) {
        const recordGone = untilDeleted(key);
        deleting = deleteMedia(ports, null, item, noAbort);
        await recordGone;
      }
      return put.apply(ports.store, asked);
    });
    const again = await take(Readable.from(['same']), 'second.mp4');
    await deleting;
    expect(again).toMatchObject({ ok: true, value: { created: true, media: { name: 'second.mp4' } } });
    const record = await readStored(ports.store, keys.mediaRecord(item.media, item.tenant), MediaRecord, noAbort);
    expect(record).toMatchObject({ name: 'second.mp4' });
    expect(await ports.store.stat(keys.media(item.media), noAbort)).not.toBeNull();
  });

  it('refuses an empty body', async () => {
    expect(await take(Readable.from([]))).toMatchObject({ ok: false, rejection: { code: 'empty_file' } });
    expect(await storedKeys()).toEqual([]);
  });

  it('stops reading at the limit', async () => {
    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    const limited = { ...ports, limits: { ...ports.limits, maxBytes: 1_000_000 } };
    const outcome = await intake(endless, { tenant: defaultTenant, name: null }, limited, noAbort);
    endless.destroy();
    expect(outcome).toMatchObject({ ok: false, rejection: { code: 'too_many_bytes' } });
    expect(sent).toBeLessThan(3_000_000);
    expect(await storedKeys()).toEqual([]);
  });

  it('leaves nothing when the sender hangs up', async () => {
    const sender = new PassThrough();
    sender.write(randomBytes(100_000));
    const taking = take(sender);
    setImmediate(() => sender.destroy());
    await expect(taking).rejects.toThrow('before its last byte');
    expect(await storedKeys()).toEqual([]);
  });

  it('stops when told', async () => {
    const stop = new AbortController();
    const sender = new PassThrough();
    sender.write('some');
    const taking = intake(sender, { tenant: defaultTenant, name: null }, ports, stop.signal);
    setImmediate(() => stop.abort(new Error('stop')));
    await expect(taking).rejects.toThrow('stop');
    expect(await storedKeys()).toEqual([]);
    sender.destroy();
  });
});
