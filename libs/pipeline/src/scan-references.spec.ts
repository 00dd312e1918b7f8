/** Invariant: from wherever one goes on, what is left comes, each once and in order. */
import { createHash } from 'node:crypto';
import { keys } from './keys';
import { scanReferences } from './scan-references';
import { noAbort, testPorts } from './testing/test-ports';

it('goes on behind any place', async () => {
  const ports = await testPorts();
  const id = (n: number): string => createHash('sha256').update(String(n)).digest('hex');
  for (let n = 0; n < 120; n += 1) {
    const tenant = n % 3 === 0 ? 'acme' : 'default';
    await ports.store.put(`${keys.mediaScans(id(n), tenant)}sc_${id(n).slice(0, 32)}`, '', {}, noAbort);
  }
  const from = async (after?: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of scanReferences(ports, noAbort, after)) found.push(key);
    return found;
  };
  const all = await from();
  expect(all).toHaveLength(120);
  expect(all).toEqual([...all].sort());
  for (let at = 0; at < all.length; at += 7) expect(await from(all[at])).toEqual(all.slice(at + 1));
  await ports.close();
});
