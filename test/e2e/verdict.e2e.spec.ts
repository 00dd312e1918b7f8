/**
 * From an upload to a verdict, through the API and a real worker process. What holds:
 * - events begin with the present state, never go back and end with `done`;
 * - the verdict follows the published schema, is served byte for byte and can be asked for conditionally;
 * - every artefact that a verdict names can be fetched, as the type that it is;
 * - media that cannot be scanned ends in a verdict too.
 */
import { openAsBlob } from 'node:fs';
import type { ScanEvent } from '@assay/contracts';
import { apiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { faceClip } from '../support/clips';

/** A scan takes seconds; a machine that runs everything at once takes longer. */
const scanTimeoutMs = 300_000;

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await api.startWorker();
}, scanTimeoutMs);
afterAll(() => api?.close());

it(
  'follows a clip to its verdict and to all of its evidence',
  async () => {
    const { id: media } = await api.client.uploadMedia(await openAsBlob(faceClip()), { name: 'real-a.mp4' });
    const { id } = await api.client.createScan({ media });
    const events: ScanEvent[] = [];
    const verdict = await api.client.waitForVerdict(id, { onEvent: (event) => events.push(event) });

    expect(events.map(({ percent }) => percent)).toEqual(events.map(({ percent }) => percent).sort((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ state: 'done', percent: 100, verdict: verdict.verdict });
    expect(verdict).toMatchObject({ scan: id, media, file: 'real-a.mp4' });
    expect(verdict.tracks.length).toBeGreaterThan(0);

    const path = `/v1/scans/${id}/verdict`;
    const response = await api.ask(path);
    const etag = response.headers.get('etag') ?? '';
    await (await apiChecker(api.url)).check('GET', '/v1/scans/{scan}/verdict', response);
    // Without a word on caching, fetch would add `no-cache`, which asks for the whole answer.
    const conditional = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await api.ask(path, { headers: conditional })).status).toBe(304);

    const pictures = verdict.tracks.flatMap(({ evidence }) => evidence.flatMap(({ crop, overlay }) => [crop, overlay]));
    const names = [...pictures, verdict.timelinePlot].filter((name) => name !== null);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      const evidence = await api.ask(`/v1/scans/${id}/evidence/${name}`);
      const start = Buffer.from(await evidence.arrayBuffer()).subarray(0, 4);
      const isJpeg = start.subarray(0, 2).equals(Buffer.from([0xff, 0xd8]));
      expect([name, evidence.status, evidence.headers.get('content-type')]).toEqual(
        isJpeg ? [name, 200, 'image/jpeg'] : [name, 200, 'image/svg+xml; charset=utf-8'],
      );
      expect(evidence.headers.get('x-content-type-options')).toBe('nosniff');
      expect(evidence.headers.get('content-security-policy')).toContain('sandbox');
    }

    // A reader that heard the end, and comes back because browsers do, is told to stop.
    const late = await api.ask(`/v1/scans/${id}/events`, { headers: { 'last-event-id': 'done' } });
    expect(late.status).toBe(204);
    const stream = await (await api.ask(`/v1/scans/${id}/events`)).text();
    expect(stream.match(/^data: /gm)).toHaveLength(1);

    await api.client.deleteMedia(media);
    expect(await api.stored()).toEqual([]);
  },
  scanTimeoutMs,
);

it(
  'answers for a text file with a verdict that says so',
  async () => {
    const { id: media } = await api.client.uploadMedia(Buffer.from('not a video'), { name: 'clip.mp4' });
    const { id } = await api.client.createScan({ media });
    const verdict = await api.client.waitForVerdict(id);
    expect([verdict.verdict, verdict.rejection?.code]).toEqual(['rejected', 'not_media']);
    await api.client.deleteMedia(media);
  },
  scanTimeoutMs,
);
