/**
 * The bytes of media are kept once for all tenants, and a reference is each tenant's own:
 *
 * 1. Deleting one tenant's media leaves the other's, with its bytes and scans; after the last one nothing is left.
 * 2. Whoever takes media in while the last reference to its bytes goes, has them afterwards.
 * 3. Scans of two tenants are two scans; what was stored before there were tenants is the default tenant's.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTenant, MediaRecord, type TenantId } from '@assay/contracts';
import { deleteMedia } from './delete-media';
import { keys } from './keys';
import { removeUnreferenced, sweepLeftBytes, whileClaimed } from './media-references';
import { intake } from './stages/intake';
import { readStored, writeStored } from './stored';
import { registerScan } from './submit';
import { noAbort, testPorts } from './testing/test-ports';

let ports: Awaited<ReturnType<typeof testPorts>>;
beforeEach(async () => {
  ports = await testPorts();
});
afterEach(() => ports.close());

async function take(tenant: TenantId, content = 'the same content'): Promise<string> {
  const taken = await intake(Readable.from([content]), { tenant, name: 'clip.mp4' }, ports, noAbort);
  if (!taken.ok) throw new Error('refused');
  return taken.value.media.id;
}
const bytesOf = async (media: string) => (await ports.store.get(keys.media(media), noAbort))?.toString() ?? null;
const stored = async () => {
  const found: string[] = [];
  for await (const { key } of ports.store.list('', noAbort)) found.push(key);
  return found;
};

it('keeps the bytes once, and for as long as anyone has them', async () => {
  const media = await take(defaultTenant);
  expect([await take('acme'), await take('zeta')]).toEqual([media, media]);
  expect((await stored()).filter((key) => key === keys.media(media))).toHaveLength(1);
  const scans = new Map<string, string>();
  for (const tenant of [defaultTenant, 'acme', 'zeta'])
    scans.set(tenant, (await registerScan(ports, { tenant, media }, noAbort)).scan.id);
  expect(new Set(scans.values()).size).toBe(3);

  for (const [tenant, left] of [
    [defaultTenant, ['acme', 'zeta']],
    ['acme', ['zeta']],
  ] as const) {
    expect(await deleteMedia(ports, null, { media, tenant }, noAbort)).toBe(true);
    expect(await deleteMedia(ports, null, { media, tenant }, noAbort)).toBe(false);
    expect(await bytesOf(media)).toBe('the same content');
    for (const other of left) {
      const scan = scans.get(other) ?? '';
      expect((await ports.index.get(scan))?.tenant).toBe(other);
      expect(await ports.index.scansOfMedia(media, other)).toEqual([scan]);
    }
    expect(await ports.index.get(scans.get(tenant) ?? '')).toBeNull();
  }
  await deleteMedia(ports, null, { media, tenant: 'zeta' }, noAbort);
  expect(await stored()).toEqual([]);
});

it('keeps the bytes for who takes them in meanwhile, at every order of the steps', async () => {
  const media = await take(defaultTenant);
  await ports.store.delete(keys.mediaRecord(media, defaultTenant), noAbort);
  // He has looked at the bytes and not yet written his record.
  await whileClaimed(media, ports.store, noAbort, async () => {
    expect(await removeUnreferenced(media, 'one', ports.store, noAbort)).toBe(false);
  });
  expect(await bytesOf(media)).not.toBeNull();
  // Nobody came of it: the sweeper takes them.
  expect(await sweepLeftBytes(ports.store, noAbort)).toBe(1);
  expect(await stored()).toEqual([]);

  // The removal was first: he waits, and brings the bytes himself.
  const removals = [randomUUID(), randomUUID()].map((uuid) => keys.mediaRemoval(media, uuid));
  for (const removal of removals) await ports.store.put(removal, '', {}, noAbort);
  const taking = take('acme');
  // Of two who remove the same, one is done: the other may not have begun.
  await ports.store.delete(removals[0]!, noAbort);
  await sleep(200);
  await ports.store.delete(keys.media(media), noAbort);
  await ports.store.delete(removals[1]!, noAbort);
  await taking;
  expect(await bytesOf(media)).not.toBeNull();
});

it('keeps the bytes for who comes to his end between two looks of the one who removes them', async () => {
  const media = await take(defaultTenant);
  await ports.store.delete(keys.mediaRecord(media, defaultTenant), noAbort);
  let finish = (): void => undefined;
  const taking = whileClaimed(media, ports.store, noAbort, async () => {
    await new Promise<void>((resolve) => (finish = resolve));
    await ports.store.put(keys.mediaRecord(media, 'acme'), '{}', {}, noAbort);
  });
  while ((await stored()).filter((key) => key.includes('.claims/')).length === 0) await sleep(5);
  const list = ports.store.list.bind(ports.store);
  const looks: string[] = [];
  const watched = jest.spyOn(ports.store, 'list').mockImplementation(async function* (prefix, signal) {
    if ([keys.mediaTenants(media), keys.mediaClaims(media)].includes(prefix)) looks.push(prefix);
    yield* list(prefix, signal);
    if (looks.length !== 1) return;
    // Behind the first look, and before the second.
    finish();
    await taking;
  });
  expect(await removeUnreferenced(media, 'one', ports.store, noAbort)).toBe(false);
  watched.mockRestore();
  expect(looks).toHaveLength(2);
  expect(await bytesOf(media)).not.toBeNull();
});

it('of media that was deleted beside the claim of one who died, the bytes go once the claim is old, and no sooner', async () => {
  const media = await take(defaultTenant);
  const claim = keys.mediaClaim(media, randomUUID());
  await ports.store.put(claim, '', {}, noAbort);
  expect(await deleteMedia(ports, null, { media, tenant: defaultTenant }, noAbort)).toBe(true);
  expect(await sweepLeftBytes(ports.store, noAbort)).toBe(0);
  expect(await bytesOf(media)).not.toBeNull();
  const { stat } = ports.store;
  const yesterday = new Date(Date.now() - 25 * 3_600_000);
  jest.spyOn(ports.store, 'stat').mockImplementation(async (key, signal) => {
    const found = await stat.call(ports.store, key, signal);
    return found && key === claim ? { ...found, modifiedAt: yesterday } : found;
  });
  expect(await sweepLeftBytes(ports.store, noAbort)).toBe(1);
  jest.restoreAllMocks();
  expect(await stored()).toEqual([]);
});

it('lets a claim go although whoever had it was told to stop', async () => {
  const media = await take(defaultTenant);
  const stop = new AbortController();
  const work = whileClaimed(media, ports.store, stop.signal, async () => {
    stop.abort(new Error('stopped'));
    stop.signal.throwIfAborted();
  });
  await expect(work).rejects.toThrow('stopped');
  expect((await stored()).filter((key) => key.startsWith(keys.mediaClaims(media)))).toEqual([]);
});

it('waits for a deletion of the same file, which would take its record in part', async () => {
  const media = await take(defaultTenant);
  const deletion = keys.deletion(defaultTenant, media);
  await ports.store.put(deletion, '', {}, noAbort);
  await ports.store.delete(keys.mediaRecord(media, defaultTenant), noAbort);
  const taking = take(defaultTenant);
  await sleep(200);
  expect(await ports.store.stat(keys.mediaRecord(media, defaultTenant), noAbort)).toBeNull();
  await ports.store.delete(deletion, noAbort);
  await taking;
  expect(await ports.store.stat(keys.mediaRecord(media, defaultTenant), noAbort)).not.toBeNull();
});

it('is there again where a deletion began while it was taken in', async () => {
  const media = await take(defaultTenant);
  await deleteMedia(ports, null, { media, tenant: defaultTenant }, noAbort);
  const record = keys.mediaRecord(media, defaultTenant);
  const put = ports.store.put.bind(ports.store);
  let deleting: Promise<unknown> = Promise.resolve();
  jest.spyOn(ports.store, 'put').mockImplementation(async (key, ...rest) => {
    const answer = await put(key, ...rest);
    if (key !== record || answer === 'exists') return answer;
    jest.restoreAllMocks();
    // As far as a deletion gets in one go; its later steps come when the sender has his answer, were it given now.
    await ports.store.put(keys.deletion(defaultTenant, media), '', {}, noAbort);
    await ports.store.delete(record, noAbort);
    deleting = sleep(200).then(() => ports.store.delete(keys.deletion(defaultTenant, media), noAbort));
    return answer;
  });
  expect(await take(defaultTenant)).toBe(media);
  expect(await ports.store.stat(record, noAbort)).not.toBeNull();
  await deleting;
});

it('leaves no bytes where it is cut off before the record', async () => {
  const put = ports.store.put.bind(ports.store);
  jest.spyOn(ports.store, 'put').mockImplementation(async (key, ...rest) => {
    if (key.endsWith('.json')) throw new Error('cut off');
    return put(key, ...rest);
  });
  await expect(take(defaultTenant)).rejects.toThrow('cut off');
  jest.restoreAllMocks();
  expect((await stored()).filter((key) => /^media\/[0-9a-f]{64}$/.test(key))).toHaveLength(1);
  expect(await sweepLeftBytes(ports.store, noAbort)).toBe(1);
  expect(await stored()).toEqual([]);
  // What was taken in whole leaves nothing to sweep.
  await take(defaultTenant);
  expect((await stored()).filter((key) => key.startsWith(keys.allLeftBytes))).toEqual([]);
});

it('never leaves a record without bytes, with many who take in and delete at once', async () => {
  const content = randomUUID();
  const tenants = ['default', 'acme', 'zeta'];
  const media = await take('default', content);
  await Promise.all(
    tenants.map(async (tenant) => {
      for (let round = 0; round < 15; round += 1) {
        await take(tenant, content);
        // Between its own two steps nobody else may take the bytes away.
        expect([tenant, round, await bytesOf(media)]).toEqual([tenant, round, content]);
        await deleteMedia(ports, null, { media, tenant }, noAbort);
      }
    }),
  );
  await sweepLeftBytes(ports.store, noAbort);
  expect(await stored()).toEqual([]);
});

it("reads what was written before there were tenants as the default tenant's", async () => {
  const media = await take(defaultTenant);
  const { tenant, ...old } = MediaRecord.parse(
    await readStored(ports.store, keys.mediaRecord(media, defaultTenant), MediaRecord, noAbort),
  );
  expect(tenant).toBe(defaultTenant);
  await writeStored(ports.store, `media/${media}.json`, old, { ifAbsent: false }, noAbort);
  const { scan } = await registerScan(ports, { tenant: defaultTenant, media }, noAbort);
  expect(scan.tenant).toBe(defaultTenant);
  await expect(registerScan(ports, { tenant: 'acme', media }, noAbort)).rejects.toMatchObject({
    code: 'unknown_media',
  });
});
