/**
 * 1. Many writers over one store make one chain without gaps, and it verifies.
 * 2. An entry that was altered, removed, reordered or cut off at the end is found, and where.
 * 3. A list is newest first, of one tenant, complete across pages.
 */
import type { AuditEntry } from '@assay/contracts';
import { keys } from '../keys';
import { noAbort, testPorts } from '../testing/test-ports';
import { AuditLog, hashOfEntry } from './audit-log';
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
const read = async (n: number) => JSON.parse(String(await ports.store.get(keys.auditEntry(n), noAbort))) as AuditEntry;
const write = (n: number, entry: object) => ports.store.put(keys.auditEntry(n), JSON.stringify(entry), {}, noAbort);

it('is one chain, however many write', async () => {
  const logs = [new AuditLog(ports.store), new AuditLog(ports.store), new AuditLog(ports.store)];
  await Promise.all(Array.from({ length: 60 }, (_, n) => logs[n % 3]?.append(fact(`act ${n}`), noAbort)));
  expect(await verify()).toMatchObject({ entries: 60, head: { sequence: 60 }, faults: [] });
  // A process that starts anew goes on where the chain ends.
  expect(await new AuditLog(ports.store).append(fact('next'), noAbort)).toMatchObject({ sequence: 61 });
  expect(await faults()).toEqual([]);
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
  await ports.store.delete(keys.auditEntry(2), noAbort);
  expect(await faults()).toEqual([
    { sequence: 2, fault: 'missing' },
    { sequence: 3, fault: 'out_of_order' },
  ]);
  await ports.store.delete(keys.auditEntry(5), noAbort);
  expect((await verify(head)).faults.at(-1)).toEqual({ sequence: 5, fault: 'not_the_known_one' });
});

it('shows what was put in another order', async () => {
  await fill(5);
  const [second, third] = [await read(2), await read(3)];
  await write(2, third);
  await write(3, second);
  expect((await faults()).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
});

it('lists the newest first, of one tenant', async () => {
  const log = new AuditLog(ports.store);
  for (let n = 1; n <= 20; n += 1) await log.append(fact(`act ${n}`, n % 2 ? 'acme' : 'default'), noAbort);
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
