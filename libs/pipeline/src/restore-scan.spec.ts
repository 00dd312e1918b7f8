/**
 * Invariants, with a real Redis: an index that loses its last write, as in a failover, says within a sweep what the store says: of a scan
 * that was cancelled, failed or judged it does not go on to say that it runs, nor of one that was started anew that it has ended; whoever
 * asks for such a scan or ends it before that is answered by what the store says; a sweep in the middle of a deletion or a new start
 * brings nothing back.
 */
import { defaultTenant, ScanRecord } from '@assay/contracts';
import { createRedisEventLog, createRedisIndex, type EventLog, type ScanIndex } from '@assay/storage';
import type { Redis } from 'ioredis';
import { cancelScan } from './cancel-scan';
import { deleteMedia } from './delete-media';
import { PermanentError } from './errors';
import { createOutbox, eventsKeptMs } from './events/outbox';
import { failScan } from './fail-scan';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import type { ScanQueues } from './open-queues';
import { Progress } from './progress';
import { restoreScan } from './restore-scan';
import { reject } from './stages/judge';
import { publish } from './stages/publish';
import { readStored } from './stored';
import { submitScan } from './submit';
import { sweep } from './sweep';
import { newMedia, noAbort, testPorts } from './testing/test-ports';
import { withQueues } from './testing/with-queues';

let queues: ScanQueues;
let client: Redis;
let url: string;
let index: ScanIndex;
let events: EventLog;
let bare: OpenPorts;
let ports: OpenPorts;
let scan: ScanRecord;

withQueues((opened) => {
  ({ queues, client } = opened);
  ({ url } = opened.redis);
});
beforeAll(() => {
  index = createRedisIndex({ url });
  events = createRedisEventLog({ url, keepMs: eventsKeptMs });
});
afterAll(() => Promise.all([index.close(), events.close()]));
beforeEach(async () => {
  bare = await testPorts();
  ports = { ...bare, index, outbox: createOutbox({ ...bare, index, queues, events }) };
  scan = await ask(await newMedia(ports));
  await new Progress(scan.id, ports).report('look', 0.5);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await client.flushall();
  await bare.close();
});

const ask = async (media: string): Promise<ScanRecord> =>
  (await submitScan(ports, queues, { tenant: defaultTenant, media }, noAbort)).scan;
const stored = () => readStored(ports.store, keys.record(scan.id), ScanRecord, noAbort);
const hasMarker = async () => (await ports.store.stat(keys.openScan(scan.id), noAbort)) !== null;

/** Of the index what it had before; meanwhile the queues, in another slot, lose nothing. */
async function losing(act: () => Promise<unknown>): Promise<void> {
  const key = (await client.keys(`*${scan.id}*`)).filter((name) => !name.startsWith('{assay}'));
  const before = await Promise.all(key.map((name) => client.dumpBuffer(name)));
  await act();
  for (const [at, name] of key.entries()) await client.restore(name, 0, before[at]!, 'REPLACE');
}

const ends = {
  cancelled: () => cancelScan(scan.id, ports, queues, noAbort),
  failed: () => failScan(scan.id, new PermanentError('It broke.'), ports, noAbort),
  done: async () => {
    const outcome = await reject(scan.id, { code: 'not_media', message: 'This is no media.' }, ports, noAbort);
    if (!outcome.ok) throw new Error('not judged');
    await publish(outcome.value, ports, noAbort);
  },
};
const named = Object.keys(ends) as (keyof typeof ends)[];

it.each(named)('says again that a scan is %s', async (end) => {
  await losing(ends[end]);
  // Work that was not told to stop goes on to tell how far it is.
  await new Progress(scan.id, ports).report('look', 0.6);
  expect(await index.get(scan.id)).toMatchObject({ state: 'running' });
  // No longer open, for whoever counts what is under way.
  expect(await hasMarker()).toBe(false);
  await sweep(ports, queues, noAbort);
  expect(await index.get(scan.id)).toEqual(await stored());
  expect(await stored()).toMatchObject({ state: end });
});

it('keeps looking for a minute, and no longer', async () => {
  await ends.cancelled();
  await losing(async () => sweep(ports, queues, noAbort));
  const entry = keys.outboxEntry(`${scan.id}-scan-cancelled`);
  expect(await ports.store.stat(entry, noAbort)).not.toBeNull();
  const later = Date.now() + 61_000;
  jest.spyOn(Date, 'now').mockReturnValue(later);
  await sweep(ports, queues, noAbort);
  expect(await ports.store.stat(entry, noAbort)).toBeNull();
});

it.each(['cancelled', 'failed'] as const)('goes on with a scan that was started anew after it was %s', async (end) => {
  await ends[end]();
  await losing(() => ask(scan.media));
  expect(await index.get(scan.id)).toMatchObject({ state: end });
  await sweep(ports, queues, noAbort);
  expect(await index.get(scan.id)).toMatchObject({ state: 'queued', restarts: 1 });
  expect(await stored()).toMatchObject({ state: 'queued', restarts: 1 });
  expect(await hasMarker()).toBe(true);
  expect(await queues.plan.count()).toBe(1);
});

it.each(['cancelled', 'failed'] as const)(
  'of a run that is not known any more, ends the present one: %s',
  async (end) => {
    await losing(async () => {
      await ends.cancelled();
      await ask(scan.media);
    });
    await ends[end]();
    expect(await stored()).toMatchObject({ state: end, restarts: 1 });
    expect(await index.get(scan.id)).toMatchObject({ state: end, restarts: 1 });
  },
);

it('starts a scan anew whose end only the store knows', async () => {
  await losing(ends.cancelled);
  expect(await ask(scan.media)).toMatchObject({ state: 'queued', restarts: 1 });
  expect(await index.get(scan.id)).toMatchObject({ state: 'queued', restarts: 1 });
});

/** Does something once, behind the read of the scan's record. */
function behindRead(act: () => Promise<unknown>): void {
  const { get } = ports.store;
  let done = false;
  jest.spyOn(ports.store, 'get').mockImplementation(async (...asked) => {
    const body = await get.apply(ports.store, asked);
    if (!done && asked[0] === keys.record(scan.id)) {
      done = true;
      await act();
    }
    return body;
  });
}

it('brings nothing back of a scan that is being deleted', async () => {
  await ends.done();
  behindRead(() => deleteMedia(ports, queues, { tenant: defaultTenant, media: scan.media }, noAbort));
  await restoreScan(scan.id, ports, noAbort);
  expect(await index.get(scan.id)).toBeNull();
  expect((await index.list({ tenant: defaultTenant, limit: 10, cursor: null })).scans).toEqual([]);
});

it('does not put an end that it has read over a run that was started since', async () => {
  await ends.cancelled();
  behindRead(() => ask(scan.media));
  await restoreScan(scan.id, ports, noAbort);
  expect(await index.get(scan.id)).toMatchObject({ state: 'queued', restarts: 1 });
});

it('has a new start take its place where an end is brought back in its middle', async () => {
  await ends.cancelled();
  const ended = (await stored())!;
  const remove = index.delete.bind(index);
  jest.spyOn(index, 'delete').mockImplementationOnce(async (...asked) => {
    await remove(...asked);
    await index.restore(ended);
  });
  await ask(scan.media);
  expect(await index.get(scan.id)).toMatchObject({ state: 'queued', restarts: 1 });
});
