/**
 * Invariants: a scan whose bytes are gone fails, and is never rejected: a rejection is a verdict, and would stay when the
 * file is back.
 */
import { defaultTenant, type Probe, type ScanId, Verdict } from '@assay/contracts';
import { FileRemovedError } from './errors';
import { failScan } from './fail-scan';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import { planScan } from './run-stages';
import { loadScan } from './scan-state';
import { plan } from './stages/plan';
import { readStored } from './stored';
import { registerScan } from './submit';
import { newMedia, noAbort, testPorts } from './testing/test-ports';

let ports: OpenPorts;
let media: string;
let scan: ScanId;

beforeEach(async () => {
  ports = await testPorts();
  media = await newMedia(ports);
  scan = (await registerScan(ports, { tenant: defaultTenant, media }, noAbort)).scan.id;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await ports.close();
});

const verdict = () => readStored(ports.store, keys.verdict(scan), Verdict, noAbort);

it('probing without the bytes fails the scan, in words that may be shown', async () => {
  await ports.store.delete(keys.media(media), noAbort);
  const failure = await planScan(scan, ports, noAbort).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FileRemovedError);
  expect(await verdict()).toBeNull();
  const failed = await failScan(scan, failure, ports, noAbort);
  expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('Upload it again') });
});

it('so does a file that goes behind its opening', async () => {
  const { open } = ports.mediaFiles;
  jest.spyOn(ports.mediaFiles, 'open').mockImplementation(async (...asked) => {
    const file = await open.apply(ports.mediaFiles, asked);
    await ports.store.delete(keys.media(media), noAbort);
    return file;
  });
  await expect(planScan(scan, ports, noAbort)).rejects.toThrow(FileRemovedError);
  expect(await verdict()).toBeNull();
});

it('planning without the bytes fails the scan', async () => {
  const loaded = await loadScan(scan, ports, noAbort);
  await ports.store.delete(keys.media(media), noAbort);
  const probed = { probe: {} as Probe, packets: null };
  await expect(plan(loaded, probed, ports, noAbort)).rejects.toThrow(FileRemovedError);
});
