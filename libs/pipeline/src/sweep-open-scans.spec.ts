/**
 * Invariants, with a real Redis: a backlog of scans that wait costs the sweep no question to the store, so that it comes to the end of any
 * that a platform has; what needs the store is looked at side by side, in bounds; a sweep that is cut off leaves out others than the one
 * before; and what one part of it does not come through with keeps the others from nothing.
 */
import { defaultTenant, type ScanId } from '@assay/contracts';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import type { ScanQueues } from './open-queues';
import { registerScan, submitScan } from './submit';
import { sweep } from './sweep';
import { sweepOpenScans } from './sweep-open-scans';
import { openCrowd } from './testing/crowd';
import { newMedia, noAbort, testPorts } from './testing/test-ports';
import { withQueues } from './testing/with-queues';

const lanes = 32;
const minuteMs = 60_000;

let queues: ScanQueues;
let ports: OpenPorts;

withQueues((opened) => (queues = opened.queues));
beforeEach(async () => (ports = await testPorts()));
afterEach(async () => {
  jest.restoreAllMocks();
  await queues.plan.obliterate({ force: true });
  await ports.close();
});

const newRequest = async () => ({ tenant: defaultTenant, media: await newMedia(ports) });
const waiting = async (): Promise<ScanId> => (await submitScan(ports, queues, await newRequest(), noAbort)).scan.id;
/** Written down, and its job was lost. */
const lost = async (): Promise<ScanId> => (await registerScan(ports, await newRequest(), noAbort)).scan.id;
const many = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

it('asks the store for nothing but the one that lost its job', async () => {
  await many(100, waiting);
  const scan = await lost();
  const get = jest.spyOn(ports.store, 'get');
  expect(await sweepOpenScans(ports, queues, noAbort)).toEqual({ redriven: 1, failed: 0 });
  expect(get.mock.calls.map(([key]) => key)).toEqual([keys.record(scan)]);
});

it('looks at many side by side, and at no more than its lanes', async () => {
  await many(80, lost);
  const { get } = ports.store;
  const crowd = openCrowd(lanes);
  jest.spyOn(ports.store, 'get').mockImplementation((...asked) => crowd.pass(() => get.apply(ports.store, asked)));
  expect(await sweepOpenScans(ports, queues, noAbort)).toEqual({ redriven: 80, failed: 0 });
  expect(crowd.most()).toBe(lanes);
});

it('begins elsewhere each minute', async () => {
  await many(60, waiting);
  const asked = jest.spyOn(ports.index, 'get');
  const firstDigits: string[] = [];
  for (let minute = 0; minute < 16; minute += 1) {
    asked.mockClear();
    await sweepOpenScans(ports, queues, noAbort, minute * minuteMs);
    expect(asked).toHaveBeenCalledTimes(60);
    firstDigits.push(asked.mock.calls[0]![0].charAt('sc_'.length));
  }
  expect(new Set(firstDigits).size).toBeGreaterThan(10);
});

it('leaves the marker of a scan that is just being written down, and takes away one that nobody came back to', async () => {
  const marker = keys.openScan(`sc_${'5'.repeat(32)}`);
  await ports.store.put(marker, '{}', {}, noAbort);
  const isThere = async () => (await ports.store.stat(marker, noAbort)) !== null;
  await sweepOpenScans(ports, queues, noAbort);
  expect(await isThere()).toBe(true);
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + 61 * minuteMs);
  await sweepOpenScans(ports, queues, noAbort);
  expect(await isThere()).toBe(false);
});

it('ends when it is told to', async () => {
  await many(10, lost);
  const stop = new AbortController();
  jest.spyOn(ports.index, 'get').mockImplementation(async () => {
    stop.abort(new Error('deadline'));
    return null;
  });
  await expect(sweepOpenScans(ports, queues, stop.signal)).rejects.toThrow('deadline');
});

it('is not kept from its turn by another part that fails', async () => {
  await lost();
  const outbox = { sweep: () => Promise.reject(new Error('no events today')) } as unknown as OpenPorts['outbox'];
  await expect(sweep({ ...ports, outbox }, queues, noAbort)).rejects.toThrow('no events today');
  expect(await queues.plan.count()).toBe(1);
});
