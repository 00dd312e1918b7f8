/**
 * Invariants: markers of the last hour have their turn in every sweep, before all others, and each older one once an hour.
 * A log goes back for its time, and what is on its way or was sent since stays in it beyond that.
 */
import { keys } from '../keys';
import { noAbort, testPorts } from '../testing/test-ports';
import { deliveryIdOf } from './delivery-id';
import { deliveriesKeptMs, removeOldDeliveries, stretchesAt } from './sweep-deliveries';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const now = Date.parse('2026-11-30T12:34:56Z');
/** Names of markers begin with the time of their event. */
const isIn = (stretches: string[], ms: number): boolean => stretches.some((stretch) => String(ms).startsWith(stretch));

it('the last hour has its turn each minute, and comes first', () => {
  const due = stretchesAt(now, now - 5 * dayMs);
  for (const back of [-10 * minuteMs, 0, minuteMs, 30 * minuteMs, 60 * minuteMs])
    expect(isIn(due, now - back)).toBe(true);
  expect(due).toEqual([...due].sort().reverse());
});

it.each([0.1, 1, 3, 20, 40])('one of %d days ago has its turn once an hour', (days) => {
  const marker = now - days * dayMs;
  const turns = Array.from({ length: 60 }, (_, minute) => stretchesAt(now + minute * minuteMs, marker));
  expect(turns.filter((due) => isIn(due, marker))).toHaveLength(1);
});

it('nothing before the oldest is asked for', () => {
  expect(stretchesAt(now, now)).toHaveLength(2);
  expect(stretchesAt(now, 0).length).toBeLessThan(80);
});

it('keeps an old delivery that was asked for again until its tries have ended', async () => {
  const ports = await testPorts();
  const receiver = 'cb_0123456789abcdef01234567';
  const delivery = deliveryIdOf({ id: `sc_${'0'.repeat(32)}-scan-failed`, timestamp: new Date().toISOString() });
  const [record, marker] = [keys.delivery(receiver, delivery), keys.pendingDelivery(receiver, delivery)];
  for (const key of [record, marker]) await ports.store.put(key, '{}', {}, noAbort);
  const remove = () => removeOldDeliveries(ports.store, noAbort, Date.now() + deliveriesKeptMs + minuteMs);
  expect(await remove()).toBe(0);
  await ports.store.delete(marker, noAbort);
  expect(await remove()).toBe(1);
  expect(await ports.store.stat(record, noAbort)).toBeNull();
  await ports.close();
});

it('keeps a delivery of an event of long ago for its time from when it was sent', async () => {
  const ports = await testPorts();
  const timestamp = new Date(Date.now() - 2 * deliveriesKeptMs).toISOString();
  const delivery = deliveryIdOf({ id: `sc_${'0'.repeat(32)}-scan-failed`, timestamp });
  await ports.store.put(keys.delivery('cb_0123456789abcdef01234567', delivery), '{}', {}, noAbort);
  expect(await removeOldDeliveries(ports.store, noAbort)).toBe(0);
  expect(await removeOldDeliveries(ports.store, noAbort, Date.now() + deliveriesKeptMs + minuteMs)).toBe(1);
  await ports.close();
});
