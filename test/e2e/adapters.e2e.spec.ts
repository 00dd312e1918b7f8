/**
 * The adapters against a service in mock mode. What holds: Coop's signals fetch an item by its address and give its score, a
 * label, or none; what happened reaches Osprey; a verdict of a mock reaches no bank.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { coopPlugin, forwardToOsprey, HmaBank, type OspreyMessage } from '@assay/adapters';
import { startTestApi, type TestApi } from '../support/api';

jest.setTimeout(180_000);

let api: TestApi;
let files: Server;
let address: string;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_MOCK: '1', ASSAY_FETCH_PRIVATE_NETWORKS: '127.0.0.0/8' });
  await api.startWorker();
  files = createServer((request, response) => void response.end(`bytes of ${request.url}`)).listen(0, '127.0.0.1');
  await once(files, 'listening');
  address = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
});
afterAll(async () => {
  files?.close();
  await api?.close();
});

it.each([
  ['likely_manipulated.mp4', 0.97, true],
  ['likely_authentic.mp4', 0.04, false],
  ['inconclusive.jpg', 0.5, false],
])('Coop asks about %s', async (name, probability, label) => {
  const getCredential = async () => ({ baseUrl: api.url, apiKey: api.key });
  const signals = coopPlugin.createSignals({ integrationId: 'ASSAY', getCredential });
  const value = { type: 'VIDEO', value: { url: `${address}/${name}` } };
  const results = await Promise.all(signals.map(({ signal }) => signal.run({ orgId: 'org', value })));
  expect(results).toEqual([
    { outputType: { scalarType: 'NUMBER' }, score: probability },
    { outputType: { scalarType: 'BOOLEAN' }, score: label },
  ]);
});

it('Coop gets no score for what was rejected', async () => {
  const getCredential = async () => ({ baseUrl: api.url, apiKey: api.key });
  for (const { signal } of coopPlugin.createSignals({ integrationId: 'ASSAY', getCredential })) {
    const value = { type: 'VIDEO', value: { url: `${address}/rejected_corrupt.mp4` } };
    await expect(signal.run({ orgId: 'org', value })).rejects.toMatchObject({ name: 'NoScoreError' });
  }
});

it('what happened reaches Osprey, and no bank', async () => {
  const { id: media } = await api.client.uploadMedia(new Blob(['one']), { name: 'likely_manipulated.mp4' });
  const { next } = await api.client.listEvents({ limit: 100 });
  const { id: scan } = await api.client.createScan({ media });
  const verdict = await api.client.waitForVerdict(scan);
  const stop = new AbortController();
  const sent: OspreyMessage[] = [];
  const send = async (message: OspreyMessage) => {
    sent.push(message);
    stop.abort(new Error('enough'));
  };
  await expect(forwardToOsprey(api.client, send, { after: next }, stop.signal)).rejects.toThrow('enough');
  expect(sent.map(({ key, value }) => [key, JSON.parse(value).data.data])).toEqual([
    [media, expect.objectContaining({ scan_id: scan, verdict: 'likely_manipulated', probability: 0.97, mock: true })],
  ]);
  const nobody = new HmaBank({ baseUrl: 'http://127.0.0.1:1', bank: 'FAKES' });
  expect(await nobody.addVerdict(verdict, { pdq: '0'.repeat(64) })).toBeNull();
});
