/**
 * Invariant, with a real Redis and store: each sweep of what is still to be told begins with another part of it, of scans and of media, so
 * that sweeps that are cut off come to all of it in the end.
 */
import { createRedisEventLog, type EventLog } from '@assay/storage';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import type { ScanQueues } from '../open-queues';
import { noAbort, testPorts } from '../testing/test-ports';
import { withQueues } from '../testing/with-queues';
import { createOutbox, eventsKeptMs } from './outbox';
import type { Outbox } from './outbox-port';

const minuteMs = 60_000;
/** Of scans and of media, with each digit: more than are told side by side. */
const each = 20;

let queues: ScanQueues;
let url: string;
let events: EventLog;
let ports: OpenPorts;
let outbox: Outbox;

withQueues((opened) => {
  ({ queues } = opened);
  ({ url } = opened.redis);
});
beforeAll(() => void (events = createRedisEventLog({ url, keepMs: eventsKeptMs })));
afterAll(() => events.close());
beforeEach(async () => {
  ports = await testPorts();
  outbox = createOutbox({ ...ports, queues, events });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await ports.close();
});

const hexDigits = [...'0123456789abcdef'];
const named = (digit: string, n: number, length: number) => digit + n.toString(16).padStart(length - 1, '0');

it('leaves out others than the one before when it is cut off, and nothing in the end', async () => {
  const told = hexDigits.flatMap((digit) =>
    Array.from({ length: each }, (_, n) => [
      `sc_${named(digit, n, 32)}-verdict-published`,
      `md_${named(digit, n, 64)}-decision-00000001-00000000`,
    ]).flat(),
  );
  await Promise.all(told.map((id) => ports.store.put(keys.outboxEntry(id), '', {}, noAbort)));
  const { stat } = ports.store;
  const seen = new Set<string>();
  for (let minute = 0; minute < hexDigits.length; minute += 1) {
    const cut = new AbortController();
    let looks = 0;
    jest.spyOn(ports.store, 'stat').mockImplementation(async (...asked) => {
      seen.add(asked[0]);
      looks += 1;
      // A deadline when a sixteenth is done.
      if (looks === 2 * each) cut.abort(new Error('deadline'));
      return stat.apply(ports.store, asked);
    });
    await expect(outbox.sweep(cut.signal, minute * minuteMs)).rejects.toThrow('deadline');
  }
  expect(seen).toEqual(new Set(told.map((id) => keys.outboxEntry(id))));
});
