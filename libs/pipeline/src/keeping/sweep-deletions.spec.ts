/**
 * Invariants, with a real Redis: a deletion that cannot be ended keeps no other waiting, and is tried again by the next sweep;
 * what was uploaded again behind a deletion that was cut off stays.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTenant } from '@assay/contracts';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import type { ScanQueues } from '../open-queues';
import { newMedia, noAbort, testPorts } from '../testing/test-ports';
import { withQueues } from '../testing/with-queues';
import { sweepDeletions } from './sweep-deletions';

let queues: ScanQueues;
let ports: OpenPorts;

withQueues((opened) => (queues = opened.queues));
beforeEach(async () => (ports = await testPorts()));
afterEach(async () => {
  jest.restoreAllMocks();
  await ports.close();
});

it('one that is damaged does not keep the others from their end', async () => {
  const items = (await Promise.all([newMedia(ports), newMedia(ports), newMedia(ports)])).sort();
  for (const media of items) await ports.store.put(keys.deletion(defaultTenant, media), '', {}, noAbort);
  const remove = ports.store.delete;
  jest.spyOn(ports.store, 'delete').mockImplementation(async (key, signal) => {
    if (key === keys.mediaRecord(items[0]!, defaultTenant)) throw new Error('broken');
    return remove.call(ports.store, key, signal);
  });
  expect(await sweepDeletions(ports, queues, noAbort, 0)).toBe(2);
  const left: string[] = [];
  for await (const { key } of ports.store.list(keys.deletions, noAbort)) left.push(key);
  expect(left).toEqual([keys.deletion(defaultTenant, items[0]!)]);
  jest.restoreAllMocks();
  expect(await sweepDeletions(ports, queues, noAbort, 0)).toBe(1);
});

it('leaves what was taken in again since a deletion was cut off', async () => {
  const media = await newMedia(ports);
  const record = await ports.store.get(keys.mediaRecord(media, defaultTenant), noAbort);
  await ports.store.put(keys.deletion(defaultTenant, media), '', {}, noAbort);
  await ports.store.delete(keys.mediaRecord(media, defaultTenant), noAbort);
  await sleep(20);
  await ports.store.put(keys.mediaRecord(media, defaultTenant), record!, {}, noAbort);
  expect(await sweepDeletions(ports, queues, noAbort, 0)).toBe(0);
  for (const key of [keys.mediaRecord(media, defaultTenant), keys.media(media)])
    expect(await ports.store.stat(key, noAbort)).not.toBeNull();
  expect(await ports.store.stat(keys.deletion(defaultTenant, media), noAbort)).toBeNull();
});
