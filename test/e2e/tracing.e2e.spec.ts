/**
 * Traces, with an API, a worker process with the models that ship, and a collector that speaks OTLP/HTTP. What holds:
 * - one trace leads from the POST of a caller, whose `traceparent` it goes on from, through the queue to the verdict and the
 *   delivery to a webhook, over both processes, without a gap;
 * - spans and log lines of a job name its scan, and the log lines the trace;
 * - a worker that waits, and probes, send nothing; without a collector nothing of OpenTelemetry is loaded.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startTestApi, type TestApi } from '../support/api';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver';
import { type Receiver, startReceiver } from '../support/receiver';

jest.setTimeout(480_000);

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callersSpan = 'b7ad6b7169203331';

let collector: OtlpReceiver;
let receiver: Receiver;
let api: TestApi;
beforeAll(async () => {
  collector = await startOtlpReceiver();
  receiver = await startReceiver();
  // Read by OpenTelemetry's own library, in this process and in the worker.
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '200';
  api = await startTestApi({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
    ASSAY_INFERENCE_THREADS: '1',
    ASSAY_LOG_LEVEL: 'info',
  });
  await api.startWorker();
});
afterAll(async () => {
  await api?.close();
  await receiver?.close();
  await collector?.close();
});

it('one trace leads from the POST to the verdict and who is told of it', async () => {
  await api.client.webhooks.create({ url: receiver.url });
  const bytes = new Uint8Array(readFileSync(resolve(__dirname, '../fixtures/swapped-a.mp4')));
  const { id: media } = await api.client.uploadMedia(bytes);
  const answer = await api.ask('/v1/scans', {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${callersSpan}-01` },
    body: JSON.stringify({ media }),
  });
  const { id: scan } = await answer.json();
  await api.client.waitForVerdict(scan);
  await receiver.until(1);
  const ours = (): ReceivedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
  for (const stage of ['plan', 'look', 'judge', 'deliver']) {
    const span = await collector.until(({ name, traceId: of }) => of === traceId && name === `process ${stage}`);
    expect(span.service).toBe('assay-worker');
    if (stage !== 'deliver') expect(span.attributes).toMatchObject({ scan });
  }
  const post = await collector.until(({ name }) => name === 'POST /v1/scans');
  expect(post).toMatchObject({ service: 'assay-api', traceId, parentSpanId: callersSpan });
  expect(post.attributes).toMatchObject({ 'http.route': '/v1/scans', 'http.request.method': 'POST' });
  // What was sent last may name what is still on its way.
  const gaps = () =>
    ours().filter(
      ({ parentSpanId }) => parentSpanId !== callersSpan && !ours().some(({ spanId }) => spanId === parentSpanId),
    );
  while (gaps().length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
});

it('a worker that waits and probes send nothing', async () => {
  await api.ask('/v1/health/ready');
  await api.ask('/v1/scans');
  await collector.until(({ name }) => name === 'GET /v1/scans');
  const beginnings = collector.spans.filter(({ parentSpanId }) => parentSpanId === null).map(({ name }) => name);
  expect(beginnings.filter((name) => !/^(GET|POST) \/v1\/|^(add|process) sweep/.test(name))).toEqual([]);
  expect(beginnings.some((name) => name.includes('health'))).toBe(false);
});

it('without a collector nothing of OpenTelemetry is loaded by us', () => {
  const script = `
    const { startTracing, createLog } = require('@assay/pipeline');
    startTracing('api', { otlpEndpoint: null }).then((tracing) => {
      createLog({ level: 'info', service: 'x', to: 'stdout' }).info('line');
      const loaded = Object.keys(require.cache).filter((path) => /@opentelemetry\\/(sdk|exporter|core|resources)|bullmq-otel/.test(path));
      console.log(JSON.stringify({ tracing, loaded }));
    });`;
  const [line, result] = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim().split('\n');
  expect(JSON.parse(line ?? '')).not.toHaveProperty('trace_id');
  expect(JSON.parse(result ?? '')).toEqual({ tracing: null, loaded: [] });
});
