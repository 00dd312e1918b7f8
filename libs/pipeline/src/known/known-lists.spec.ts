/**
 * A hash list is compared with whole, or is none: one whose import was cut off is made whole by the sweeper, and one that is
 * removed while it comes in leaves no entry.
 */
import { noAbort, testPorts } from '../testing/test-ports';
import type { Known } from './known';
import { knownKeys } from './known-keys';
import { importKnownList, listKnownLists, removeKnownList, sweepFillings } from './known-lists';
import type { Signal } from './signal-row';

const scope = 'acme';
const signals = ['a', 'b', 'c'].map((digit): Signal => ({ name: digit, type: 'photo_md5', md5: digit.repeat(32) }));
const list = { name: 'a list', label: 'confirmed_manipulated', signals, passedOver: 0 } as const;

let base: Awaited<ReturnType<typeof testPorts>>;
let entries: Set<string>;
beforeEach(async () => {
  base = await testPorts();
  entries = new Set();
});
afterEach(() => base.close());

function portsWith(put: (place: number) => Promise<void>) {
  let asked = 0;
  const known = {
    put: async (_scope: string, id: string) => {
      await put(asked++);
      entries.add(id);
    },
    remove: async (_scope: string, id: string) => void entries.delete(id),
  };
  return { ...base, known: known as unknown as Known };
}
const markers = async () => {
  const found: string[] = [];
  for await (const { key } of base.store.list(knownKeys.fillings, noAbort)) found.push(key);
  return found;
};

it('is made whole where its import was cut off', async () => {
  const dying = portsWith(async (place) => {
    if (place === 1) throw new Error('died');
  });
  await expect(importKnownList(scope, list, dying, noAbort)).rejects.toThrow('died');
  const whole = portsWith(async () => {});
  // It may still be coming in.
  expect(await sweepFillings(whole, noAbort)).toBe(0);
  expect(entries.size).toBe(2);
  expect(await sweepFillings(whole, noAbort, -1)).toBe(1);
  expect(entries.size).toBe(3);
  expect(await markers()).toEqual([]);
});

it('leaves no entry when it is removed while it comes in', async () => {
  const ports = portsWith(async (place) => {
    const [made] = await listKnownLists(scope, ports, noAbort);
    if (made && place === 1) await removeKnownList(scope, made.id, ports, noAbort);
  });
  await importKnownList(scope, list, ports, noAbort);
  expect([...entries]).toEqual([]);
  expect(await markers()).toEqual([]);
});

/** Found by reading: a row at a time, a large list took longer than a connection may be silent. */
it('comes in and goes with many rows at once, and not with all of them', async () => {
  const many = Array.from({ length: 1_000 }, (_, n): Signal => ({ ...signals[0]!, name: `row ${n}` }));
  let most = 0;
  let now = 0;
  const busy = async (): Promise<void> => {
    most = Math.max(most, (now += 1));
    await new Promise(setImmediate);
    now -= 1;
  };
  const ports = portsWith(busy);
  const { remove } = ports.known;
  ports.known.remove = async (...args) => busy().then(() => remove(...args));
  const made = await importKnownList(scope, { ...list, signals: many }, ports, noAbort);
  expect(entries.size).toBe(many.length);
  expect(most).toBe(64);
  most = 0;
  await removeKnownList(scope, made.id, ports, noAbort);
  expect(entries.size).toBe(0);
  expect(most).toBe(64);
});
