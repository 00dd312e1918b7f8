/**
 * What may be asked of a scan beside its policy. What holds:
 * - a frame budget is part of what a scan is: the same one is the same scan, another one is another;
 * - so many frames are looked at, the verdict says how many were asked for, and `assay verify` comes to the same answer;
 * - a model set is named as people name it; one that nobody registered is a typed refusal.
 */
import { writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fewestBudget, largestBudget, Problem, ScanStatus } from '@assay/contracts';
import { startTestApi, type TestApi } from '../support/api';
import { assay } from '../support/assay-cli';
import { faceClip } from '../support/clips';

/** A worker starts and loads models here, on machines that may be busy. */
jest.setTimeout(240_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_INFERENCE_THREADS: '1' });
});
afterAll(() => api?.close());

const ask = (body: object) =>
  api.ask('/v1/scans', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('makes a frame budget part of what the scan is', async () => {
  const { id: media } = await api.client.uploadMedia(new Blob(['options']));
  const plain = await api.client.createScan({ media });
  const eight = await api.client.createScan({ media, frameBudget: 8 });
  const again = await ask({ media, frameBudget: 8 });
  expect([again.status, ScanStatus.parse(await again.json()).id]).toEqual([200, eight.id]);
  const nine = await api.client.createScan({ media, frameBudget: 9 });
  expect(new Set([plain.id, eight.id, nine.id]).size).toBe(3);
  expect([plain.frameBudget, eight.frameBudget, nine.frameBudget]).toEqual([undefined, 8, 9]);
  expect((await (await api.ask(`/v1/scans/${eight.id}/history`)).json()).scans).toMatchObject([{ id: eight.id }]);
  for (const frameBudget of [fewestBudget - 1, largestBudget + 1, 8.5, '8'])
    expect([frameBudget, (await ask({ media, frameBudget })).status]).toEqual([frameBudget, 400]);
  for (const { id } of [plain, eight, nine]) await api.client.cancelScan(id);
});

it('knows model sets by what people call them', async () => {
  const { id: media } = await api.client.uploadMedia(new Blob(['sets']));
  const live = await api.client.createScan({ media });
  const named = await ask({ media, modelSet: live.modelSet.slice(0, 12) });
  expect([named.status, ScanStatus.parse(await named.json()).id]).toEqual([200, live.id]);
  const unknown = await ask({ media, modelSet: 'nobody-has-it' });
  expect([unknown.status, Problem.parse(await unknown.json())]).toEqual([
    422,
    expect.objectContaining({
      type: 'urn:problem-type:assay:unknown-model-set',
      errors: [{ path: 'modelSet', message: 'names no registered model set' }],
    }),
  ]);
  await api.client.cancelScan(live.id);
});

it('looks at so many frames, says so, and can be checked', async () => {
  await api.startWorker();
  const { id: media } = await api.client.uploadMedia(new Blob([await readFile(faceClip())]), { name: 'clip.mp4' });
  const frameBudget = 6;
  const { id } = await api.client.createScan({ media, frameBudget });
  const verdict = await api.client.waitForVerdict(id);
  expect(verdict.method).toMatchObject({ frameBudget, framesSeconds: { length: frameBudget } });
  const file = join(api.dataDir, 'verdict.json');
  await writeFile(file, JSON.stringify(verdict));
  const checked = await assay(['verify', file, faceClip(), '--threads', '1'], api.dataDir);
  expect([checked.code, checked.stdout.match(/✗/)]).toEqual([0, null]);
});
