/**
 * Over the API with worker processes, in mock mode: a tenant's archive is begun at its rate and no faster, its own uploads and other
 * tenants do not wait for it; workers that are killed lose none of those that wait.
 */
import { AssayClient } from '@assay/client';
import { ApiKeyWithSecret, type ScanRate } from '@assay/contracts';
import { startTestApi, type TestApi } from '../support/api';
import { newClip } from '../support/new-clip';

/** Processes start here, on machines that may be busy. */
jest.setTimeout(240_000);

const perMinute = 2;
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_MOCK: '1', ASSAY_SCAN_RATE_BACKFILL: String(perMinute) });
  await api.startWorker();
});
afterAll(() => api?.close());

const json = (method: string, body: object): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function clientOf(tenant: string): Promise<AssayClient> {
  const made = await api.ask('/v1/keys', json('POST', { name: 'test', roles: ['admin'], tenant }));
  return new AssayClient({ baseUrl: api.url, apiKey: ApiKeyWithSecret.parse(await made.json()).key ?? '' });
}

let number = 0;
async function ask(client: AssayClient, priority: 'live' | 'backfill'): Promise<string> {
  const { id } = await client.uploadMedia(new Blob([new Uint8Array(newClip('still.jpg', (number += 1)))]));
  return (await client.createScan({ media: id, priority })).id;
}

it('begins an archive at its rate, and everything when the rate is taken away', async () => {
  const [acme, other] = [await clientOf('acme'), await clientOf('other')];
  const archive: string[] = [];
  const beganAt = Date.now();
  for (let scans = 0; scans < 5; scans += 1) archive.push(await ask(acme, 'backfill'));
  for (const client of [acme, other]) await client.waitForVerdict(await ask(client, 'live'));
  await other.waitForVerdict(await ask(other, 'backfill'));
  const begun = archive.slice(0, perMinute);
  for (const scan of begun) await acme.waitForVerdict(scan);
  const held = archive.slice(perMinute);
  /** On a machine that is slow enough the next minute has come, and with it the next of them. */
  const expectHeld = async () => {
    const states = await Promise.all(held.map(async (scan) => (await acme.getScan(scan)).state));
    const minutes = Math.floor((Date.now() - beganAt) / 60_000);
    expect(states.filter((state) => state !== 'queued').length).toBeLessThanOrEqual(perMinute * minutes);
  };
  await expectHeld();

  await api.killWorkers();
  await api.startWorker();
  await acme.waitForVerdict(await ask(acme, 'live'));
  await expectHeld();

  const any: ScanRate = { live: null, standard: null, backfill: null };
  await api.ask('/v1/tenants/acme/scan-rate', json('PUT', any));
  for (const scan of held) await acme.waitForVerdict(scan);
});
