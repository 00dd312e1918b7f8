/**
 * Mock mode, over HTTP with a real queue, store and worker process. What holds:
 * - one script of a client, from upload to deletion, goes through against a mock and against the real service alike, and
 *   the documents have the same form;
 * - nothing is needed but Node and Redis: the worker finds no ffmpeg and loads no model;
 * - each outcome that can be wished for comes, the same each time, and is marked as made up wherever it is read;
 * - a mock never touches the data of a real service.
 */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AssayClient, ScanEndedError } from '@assay/client';
import { RejectionCode, type Verdict } from '@assay/contracts';
import { ConfigError, ensureSigningKey, loadConfig } from '@assay/pipeline';
import { startTestApi, type TestApi } from '../support/api';
import { clientScript, type ScriptReport } from '../support/client-script';
import { plainHeaders, type Receiver, startReceiver } from '../support/receiver';

/** The real service loads its models here, on machines that may be busy. */
jest.setTimeout(480_000);

const settings = { ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8', ASSAY_INFERENCE_THREADS: '1' };
const clip = readFileSync(resolve(__dirname, '../fixtures/swapped-a.mp4'));
/** The names are wishes to a mock, and nothing to the real service. */
const inputs = [
  { name: 'likely-manipulated.mp4', bytes: new Uint8Array(clip) },
  { name: 'rejected_not_media.mp4', bytes: new TextEncoder().encode('not a video') },
];

async function start(more: Record<string, string>): Promise<{ api: TestApi; receiver: Receiver }> {
  const api = await startTestApi({ ...settings, ...more });
  await ensureSigningKey(loadConfig({ ASSAY_DATA_DIR: api.dataDir, ...more }));
  await api.startWorker();
  return { api, receiver: await startReceiver() };
}

let mock: { api: TestApi; receiver: Receiver };
beforeAll(async () => void (mock = await start({ ASSAY_MOCK: '1', PATH: '/nowhere' })));
afterAll(async () => {
  await mock?.receiver.close();
  await mock?.api.close();
});
beforeEach(() => void mock.receiver.received.splice(0));

describe('one script of a client', () => {
  let real: { api: TestApi; receiver: Receiver };
  let reports: { mock: ScriptReport; real: ScriptReport };
  beforeAll(async () => {
    real = await start({});
    const runs = [real, mock].map(({ api, receiver }) => clientScript(api.client, receiver, inputs));
    const [ofReal, ofMock] = await Promise.all(runs);
    reports = { real: ofReal!, mock: ofMock! };
  });
  afterAll(async () => {
    await real?.receiver.close();
    await real?.api.close();
  });

  it.each(['mock', 'real'] as const)('goes through against a service that is %s', (which) => {
    const { verdicts, states, fed, told, evidence, refusals } = reports[which];
    const scans = verdicts.map(({ scan }) => scan);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['likely_manipulated', 'rejected']);
    expect(verdicts[1]?.rejection?.code).toBe('not_media');
    expect(states.map((seen) => seen.at(-1))).toEqual(['done', 'done']);
    expect(fed.map(({ data }) => data.scan)).toEqual(scans);
    expect(told.map(({ data }) => data.scan).sort()).toEqual([...scans].sort());
    expect(evidence).toEqual([{ type: 'image/jpeg', bytes: expect.any(Number) }]);
    expect(refusals).toEqual([
      'VerdictSignatureError altered',
      'VerdictSignatureError altered',
      'WebhookVerificationError no_matching_signature',
      'WebhookVerificationError too_old',
      ...['AssayError scan-not-found', 'AssayError media-not-found'],
      ...['AssayError scan-not-found', 'AssayError media-not-found'],
    ]);
  });

  it('cannot tell them apart by the form of what it gets, and can by the mark', () => {
    /** What each scan has of its own: models, tools, regions; and the mark. */
    const own = /^\.(mock|method\.(tools|models)|tracks\[\]\.(scores|descriptions))|\.(track|encoder|profile)$/;
    const forms = (report: ScriptReport) => report.shapes.map((shape) => shape.filter((path) => !own.test(path)));
    expect(forms(reports.mock)).toEqual(forms(reports.real));
    const { mock: made, real: found } = reports;
    expect(made.verdicts.map(({ mock: mark }) => mark)).toEqual([true, true]);
    expect(found.verdicts.map(({ mock: mark }) => mark)).toEqual([undefined, undefined]);
    expect([...made.fed, ...made.told].every(({ data }) => data.mock === true)).toBe(true);
    expect([...found.fed, ...found.told].some(({ data }) => 'mock' in data)).toBe(false);
  });
});

const scanOf = async (name: string, content: string = name): Promise<string> => {
  const { id: media } = await mock.api.client.uploadMedia(new Blob([content]), { name });
  return (await mock.api.client.createScan({ media })).id;
};

it.each(['likely_manipulated', 'likely_authentic', 'inconclusive'] as const)(
  '%s, by name and by first line',
  async (label) => {
    const verdicts: Verdict[] = [];
    for (const scan of [await scanOf(`${label}.mp4`), await scanOf('clip.mp4', `assay-mock: ${label}\n`)]) {
      verdicts.push(await mock.api.client.waitForVerdict(scan));
    }
    for (const verdict of verdicts) {
      expect(verdict).toMatchObject({ verdict: label, mock: true, method: { modelSet: 'mock', models: [] } });
      expect(verdict.reasons[0]?.text).toMatch(/^Mock verdict, nothing was looked at/);
      const { manipulated, authentic } = verdict.thresholds;
      const p = verdict.probability ?? NaN;
      expect([p >= manipulated, p <= authentic]).toEqual([
        label === 'likely_manipulated',
        label === 'likely_authentic',
      ]);
      const { tracks, timelinePlot } = verdict;
      expect(tracks[0]?.evidence[0]?.overlay).toBeTruthy();
      expect((await mock.api.client.getEvidence(verdict.scan, timelinePlot ?? '')).type).toMatch(/^image\/svg/);
    }
    const apart = ({ method, ...verdict }: Verdict) => {
      const ownMethod = { ...method, contentSha256: '' };
      return { ...verdict, scan: '', createdAt: '', media: '', file: '', method: ownMethod };
    };
    expect(apart(verdicts[1]!)).toEqual(apart(verdicts[0]!));
  },
);

it('every rejection', async () => {
  const { client } = mock.api;
  const ends = RejectionCode.options.map(async (code) => {
    const verdict = await client.waitForVerdict(await scanOf(`rejected_${code}.mp4`));
    return [verdict.verdict, verdict.rejection?.code, verdict.mock];
  });
  expect(await Promise.all(ends)).toEqual(RejectionCode.options.map((code) => ['rejected', code, true]));
});

it('a scan that fails, and one that takes its time and can be cancelled', async () => {
  const { client } = mock.api;
  await expect(client.waitForVerdict(await scanOf('scan_failed.mp4'))).rejects.toBeInstanceOf(ScanEndedError);
  const slow = await scanOf('inconclusive-slow-600.mp4');
  for await (const { state, stage } of client.events(slow)) if (state === 'running' && stage === 'look') break;
  expect((await client.cancelScan(slow)).state).toBe('cancelled');
  await expect(client.waitForVerdict(slow)).rejects.toMatchObject({ state: 'cancelled' });
});

it('a webhook whose first try is lost and whose second comes', async () => {
  const { client, ask } = mock.api;
  const webhook = await client.webhooks.create({ url: mock.receiver.url });
  const scan = await scanOf('likely_authentic-webhook_failed.mp4');
  await client.waitForVerdict(scan);
  const [message] = await mock.receiver.until(1);
  expect(plainHeaders(message!)['webhook-id']).toBe(`${scan}-verdict-published`);
  const { deliveries } = await (await ask(`/v1/webhooks/${webhook.id}/deliveries`)).json();
  expect(deliveries[0].attempts[0]).toMatchObject({ number: 1, outcome: 'unreachable', status: null });
  await client.webhooks.delete(webhook.id);
});

it('says so on every answer, and is ready without models', async () => {
  const answers = await Promise.all(['/v1/health/ready', '/v1/scans', '/v1/nowhere'].map((path) => mock.api.ask(path)));
  expect(answers.map(({ status, headers }) => [status, headers.get('assay-mock')])).toEqual([
    [200, 'true'],
    [200, 'true'],
    [404, 'true'],
  ]);
  const { url, key } = mock.api;
  expect(await new AssayClient({ baseUrl: url, apiKey: key }).listScans()).toMatchObject({ scans: expect.any(Array) });
});

it('has a folder and a signing key of its own, and no S3 store', async () => {
  expect(await readdir(mock.api.dataDir)).toEqual(['mock']);
  expect(await readdir(join(mock.api.dataDir, 'mock'))).toEqual(expect.arrayContaining(['signing-key.pem', 'store']));
  const s3 = { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 's' };
  expect(() => loadConfig({ ASSAY_MOCK: '1', ...s3 })).toThrow(ConfigError);
  expect(loadConfig({ ASSAY_MOCK: '1', ASSAY_SIGNING_KEY_FILE: '/real/key.pem' }).signingKeyFile).toBeNull();
});
