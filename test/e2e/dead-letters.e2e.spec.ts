/**
 * Dead letters as an operator meets them, with a real worker process: over the API and on the command line,
 * - a scan that was given up is listed with its reason, and put back it ends with a verdict;
 * - one that was dropped stays failed;
 * - what is not there is a typed refusal, and answers follow the published description.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeadLetterList } from '@assay/contracts';
import { jobIdFor, keys } from '@assay/pipeline';
import { createFolderStore, type ObjectStore } from '@assay/storage';
import { apiChecker, type ApiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';
import { assay } from '../support/assay-cli';

/** A worker starts and loads models here, on machines that may be busy. */
jest.setTimeout(120_000);

const pollMs = 50;
const noAbort = new AbortController().signal;
let folder: string;
let api: TestApi;
let description: ApiChecker;
let store: ObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-dlq-'));
  api = await startTestApi({ ASSAY_INFERENCE_THREADS: '1' });
  description = await apiChecker(api.url);
  store = createFolderStore({ root: join(api.dataDir, 'store') });
});
afterAll(async () => {
  await store?.close();
  await api?.close();
  await rm(folder, { recursive: true, force: true });
});

const dlq = (...args: string[]) =>
  assay(['dlq', ...args], folder, { REDIS_URL: api.redisPath, ASSAY_DATA_DIR: api.dataDir });

async function untilState(scan: string, state: string): Promise<void> {
  while ((await api.client.getScan(scan)).state !== state) await sleep(pollMs);
}

/** A scan that its worker will give up, as a document that it needs is damaged. */
async function damagedScan(content: string): Promise<{ scan: string; letter: string; repair: () => Promise<unknown> }> {
  const media = await api.client.uploadMedia(new Blob([content]));
  const { id, modelSet } = await api.client.createScan({ media: media.id });
  const policy = await store.get(keys.policy(id), noAbort);
  if (!policy) throw new Error('The scan has no policy.');
  await store.put(keys.policy(id), '{', {}, noAbort);
  const letter = `plan.${jobIdFor('plan', id, modelSet)}`;
  return { scan: id, letter, repair: () => store.put(keys.policy(id), policy, {}, noAbort) };
}

it('lists, puts back and drops what was given up', async () => {
  const first = await damagedScan('first');
  const second = await damagedScan('second');
  await api.startWorker();
  for (const { scan } of [first, second]) await untilState(scan, 'failed');

  const answer = await api.ask('/v1/dead-letters?limit=10');
  await description.check('GET', '/v1/dead-letters', answer.clone());
  const list = DeadLetterList.parse(await answer.json());
  expect(list.total).toBe(2);
  expect(list.deadLetters.map(({ id }) => id).sort()).toEqual([first.letter, second.letter].sort());
  expect(list.deadLetters[0]?.reason).toMatch(/^The stored document scans\/.* does not follow its schema\.$/);
  expect(JSON.parse((await dlq('list', '--json')).stdout)).toEqual(list);
  expect((await dlq('list', '--queue', 'judge')).stdout).toBe('no dead letters\n');
  const shown = await dlq('show', first.letter, '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: first.letter, scan: first.scan, queue: 'plan' });
  const one = await api.ask(`/v1/dead-letters/${first.letter}`);
  await description.check('GET', '/v1/dead-letters/{letter}', one.clone());
  expect(await one.json()).toEqual(JSON.parse(shown.stdout));

  await first.repair();
  const retried = await api.ask(`/v1/dead-letters/${first.letter}/retry`, { method: 'POST' });
  expect(retried.status).toBe(202);
  await description.check('POST', '/v1/dead-letters/{letter}/retry', retried);
  await untilState(first.scan, 'done');

  // Not repaired: it comes back as a dead letter.
  expect(await dlq('retry', '--all')).toMatchObject({ code: 0, stdout: `put back: ${second.letter}\n` });
  await untilListed(second.letter);
  await untilState(second.scan, 'failed');
  expect(await dlq('drop', second.letter)).toMatchObject({ code: 0, stdout: `dropped: ${second.letter}\n` });
  expect(await api.client.getScan(second.scan)).toMatchObject({
    state: 'failed',
    failure: list.deadLetters.find(({ id }) => id === second.letter)?.reason,
  });
  expect(JSON.parse((await dlq('list', '--json')).stdout)).toEqual({ deadLetters: [], total: 0 });
});

async function untilListed(letter: string): Promise<void> {
  while ((await api.ask(`/v1/dead-letters/${letter}`)).status !== 200) await sleep(pollMs);
}

it.each([
  ['GET', '/v1/dead-letters/plan.nothing', 404, 'dead-letter-not-found'],
  ['DELETE', '/v1/dead-letters/plan.nothing', 404, 'dead-letter-not-found'],
  ['POST', '/v1/dead-letters/plan.nothing/retry', 404, 'dead-letter-not-found'],
  ['GET', '/v1/dead-letters/nothing', 400, 'invalid-request'],
  ['GET', '/v1/dead-letters?queue=none', 400, 'invalid-request'],
])('%s %s is refused with %i', async (method, path, status, code) => {
  const response = await api.ask(path, { method });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ type: `urn:problem-type:assay:${code}` });
});

it('the command line says what it cannot do, with an exit code', async () => {
  expect(await dlq('show', 'plan.nothing')).toMatchObject({
    code: 1,
    stderr: 'assay: plan.nothing: There is no dead letter with this id.\n',
  });
  expect(await dlq('drop', 'plan.nothing')).toMatchObject({ code: 1 });
  expect(await dlq('retry')).toMatchObject({ code: 2 });
  expect(await dlq('list', '--queue', 'none')).toMatchObject({ code: 2 });
});
