/**
 * 1. Many writers over one store make one chain without gaps, and it verifies; a log that was begun one entry an object goes on.
 * 2. What comes while a page is being written makes the next one: the log takes as many entries as come, in few objects.
 * 3. An entry that was altered, removed, reordered or cut off at the end is found, and where.
 * 4. A list is newest first, of one tenant, complete across pages.
 * 5. Entries that cannot be written are told to those who handed them over, and do not pile up.
 */
import type { AuditEntry } from '@assay/contracts';
import { keys } from '../keys';
import { loseAnswer } from '../testing/lose-answer';
import { noAbort, testPorts } from '../testing/test-ports';
import { AuditBacklogError, AuditLog } from './audit-log';
import { hashOfEntry, readAuditPage } from './audit-page';
import { verifyAudit } from './verify-audit';

let ports: Awaited<ReturnType<typeof testPorts>>;
beforeEach(async () => {
  ports = await testPorts();
});
afterEach(() => ports.close());

const fact = (action: string, tenant = 'default') => ({
  at: new Date().toISOString(),
  actor: 'key_0123456789abcdef01234567',
  tenant,
  action,
  object: { scan: 'sc_1' },
  outcome: 'done' as const,
  status: 200,
  requestId: null,
});
const fill = async (count: number) => {
  const log = new AuditLog(ports.store);
  for (let n = 1; n <= count; n += 1) await log.append(fact(`act ${n}`), noAbort);
};
const verify = async (known: { sequence: number; hash: string } | null = null) =>
  verifyAudit(ports.store, known, noAbort);
const faults = async () => (await verify()).faults;
/** Of pages of one entry, as `fill` makes them; they are stored as logs were before entries were gathered. */
const read = async (n: number): Promise<AuditEntry> => (await readAuditPage(ports.store, n, noAbort))[0]!;
const write = (n: number, entry: object) => ports.store.put(keys.auditPage(n), JSON.stringify(entry), {}, noAbort);
const pages = async () => {
  const found: string[] = [];
  for await (const { key } of ports.store.list(keys.audit, noAbort)) found.push(key);
  return found.length;
};

it('is one chain, however many write', async () => {
  const logs = [new AuditLog(ports.store), new AuditLog(ports.store), new AuditLog(ports.store)];
  await Promise.all(Array.from({ length: 60 }, (_, n) => logs[n % 3]?.append(fact(`act ${n}`), noAbort)));
  expect(await verify()).toMatchObject({ entries: 60, head: { sequence: 60 }, faults: [] });
  // A process that starts anew goes on where the chain ends.
  expect(await new AuditLog(ports.store).append(fact('next'), noAbort)).toMatchObject({ sequence: 61 });
  expect(await faults()).toEqual([]);
});

it('holds a fact once, also where the answer to its write was lost', async () => {
  await fill(1);
  loseAnswer(ports.store, (key) => key === keys.auditPage(2));
  expect(await new AuditLog(ports.store).append(fact('lost'), noAbort)).toMatchObject({ sequence: 2 });
  jest.restoreAllMocks();
  expect(await verify()).toMatchObject({ entries: 2, faults: [] });
});

it('goes on behind a log of single entries', async () => {
  await fill(3);
  for (const n of [1, 2, 3]) await write(n, await read(n));
  expect(await new AuditLog(ports.store).append(fact('next'), noAbort)).toMatchObject({ sequence: 4 });
  expect(await verify()).toMatchObject({ entries: 4, faults: [] });
  expect((await new AuditLog(ports.store).list(null, { limit: 10 }, noAbort)).entries.map((e) => e.sequence)).toEqual([
    4, 3, 2, 1,
  ]);
});

it('writes together what comes together', async () => {
  const log = new AuditLog(ports.store);
  const written = await Promise.all(Array.from({ length: 1_700 }, (_, n) => log.append(fact(`act ${n}`), noAbort)));
  expect(written.map(({ action }) => action)).toEqual(Array.from({ length: 1_700 }, (_, n) => `act ${n}`));
  expect(await verify()).toMatchObject({ entries: 1_700, faults: [] });
  expect(await pages()).toBe(4);
});

it('tells who handed over what the store does not take, and keeps no more than a bound', async () => {
  const put = jest.spyOn(ports.store, 'put').mockRejectedValue(new Error('no store'));
  const log = new AuditLog(ports.store);
  const ends = await Promise.allSettled(Array.from({ length: 20_010 }, () => log.append(fact('act'), noAbort)));
  const reasons = ends.map((end) => (end.status === 'rejected' ? (end.reason as Error) : null));
  expect(reasons.filter((reason) => reason instanceof AuditBacklogError)).toHaveLength(10);
  expect(reasons.filter((reason) => reason?.message === 'no store')).toHaveLength(20_000);
  put.mockRestore();
  expect(await log.append(fact('after'), noAbort)).toMatchObject({ sequence: 1 });
  await log.settled();
});

it('drops what is not being written yet when it is told to', async () => {
  const log = new AuditLog(ports.store);
  const stop = new AbortController();
  const first = log.append(fact('first'), noAbort);
  await new Promise(setImmediate);
  const second = log.append(fact('second'), stop.signal);
  stop.abort(new Error('stopped'));
  await expect(second).rejects.toThrow('stopped');
  await first;
  await expect(log.append(fact('third'), stop.signal)).rejects.toThrow('stopped');
  expect(await verify()).toMatchObject({ entries: 1, faults: [] });
});

it('shows what was taken out of a page', async () => {
  const log = new AuditLog(ports.store);
  await Promise.all(Array.from({ length: 5 }, (_, n) => log.append(fact(`act ${n}`), noAbort)));
  const entries = await readAuditPage(ports.store, 1, noAbort);
  await write(1, { schema: 'assay.audit-page/1', entries: entries.filter(({ sequence }) => sequence !== 3) });
  expect(await faults()).toEqual([
    { sequence: 3, fault: 'missing' },
    { sequence: 4, fault: 'out_of_order' },
  ]);
});

it('shows what was altered', async () => {
  await fill(5);
  await write(3, { ...(await read(3)), actor: 'somebody else' });
  expect(await faults()).toEqual([{ sequence: 3, fault: 'altered' }]);
  // Also with a new hash: what follows does not know it.
  const forged = { ...(await read(3)) };
  await write(3, { ...forged, hash: hashOfEntry(forged) });
  expect(await faults()).toEqual([{ sequence: 4, fault: 'out_of_order' }]);
});

it('shows what was removed, at the end only to who knew it', async () => {
  await fill(5);
  const { head } = await verify();
  await ports.store.delete(keys.auditPage(2), noAbort);
  expect(await faults()).toEqual([
    { sequence: 2, fault: 'missing' },
    { sequence: 3, fault: 'out_of_order' },
  ]);
  await ports.store.delete(keys.auditPage(5), noAbort);
  expect((await verify(head)).faults.at(-1)).toEqual({ sequence: 5, fault: 'not_the_known_one' });
});

it('shows what was put in another order', async () => {
  await fill(5);
  const [second, third] = [await read(2), await read(3)];
  await write(2, third);
  await write(3, second);
  expect((await faults()).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
});

it.each([1, 7, 20])('lists the newest first, of one tenant, where %i were written together', async (together) => {
  const log = new AuditLog(ports.store);
  for (let n = 1; n <= 20; n += together) {
    const numbers = Array.from({ length: Math.min(together, 21 - n) }, (_, at) => n + at);
    await Promise.all(numbers.map((of) => log.append(fact(`act ${of}`, of % 2 ? 'acme' : 'default'), noAbort)));
  }
  const seen: string[] = [];
  for (let cursor: number | undefined; ;) {
    const page = await log.list('acme', { limit: 3, cursor }, noAbort);
    seen.push(...page.entries.map(({ action }) => action));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen).toEqual([19, 17, 15, 13, 11, 9, 7, 5, 3, 1].map((n) => `act ${n}`));
  expect((await log.list(null, { limit: 100 }, noAbort)).entries).toHaveLength(20);
});
