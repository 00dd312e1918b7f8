/**
 * What the command line changes on a service that runs is in the service's audit log, in one chain with what the API has noted: who,
 * what and how it ended, refusals too; `assay audit verify` finds that it holds together, and when an entry of it was altered.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { AuditList } from '@assay/contracts';
import { type ModelService, startModelService } from '../support/model-service';
import { assay } from '../support/assay-cli';

/** Processes start here, on machines that may be busy. */
jest.setTimeout(240_000);

let service: ModelService;
beforeAll(async () => {
  service = await startModelService(0);
});
afterAll(() => service?.close());

const run = (...args: string[]) =>
  assay(args, service.api.dataDir, { REDIS_URL: service.api.redisPath, ASSAY_DATA_DIR: service.api.dataDir });

it('notes what it does to model sets, re-scans and dead letters behind what the API has noted', async () => {
  const { api, first, second } = service;
  const post = (path: string, body: object) =>
    api.ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  await run('models', 'promote', 'first');
  expect((await post('/v1/models/rollout/canary', { set: 'second', share: 0.1 })).status).toBe(200);
  await run('models', 'rollback');
  await run('models', 'shadow', 'second');
  await run('models', 'shadow', 'off');
  expect((await run('models', 'canary', 'nothing')).code).toBe(1);
  await run('models', 'sets', 'remove', 'second');
  await run('rescan', '--set', second, '--between', '0.4,0.6');
  expect((await run('dlq', 'retry', 'plan.sc_none')).code).toBe(1);

  const { entries } = (await (await api.ask('/v1/audit?limit=100')).json()) as AuditList;
  const cli = `cli:${userInfo().username}`;
  const rollout = (number: number) => ({ rollout: String(number) });
  expect(entries.reverse().map(({ action, actor, object, outcome }) => [action, actor, object, outcome])).toEqual([
    ['models sets add', cli, { set: first }, 'done'],
    ['models sets add', cli, { set: second }, 'done'],
    ['models promote', cli, rollout(1), 'done'],
    ['POST /v1/models/rollout/canary', expect.stringMatching(/^key_/), {}, 'done'],
    ['models rollback', cli, rollout(3), 'done'],
    ['models shadow', cli, rollout(4), 'done'],
    ['models shadow', cli, rollout(5), 'done'],
    ['models canary', cli, {}, 'refused'],
    ['models sets remove', cli, { set: second }, 'done'],
    ['rescan', cli, { rescan: expect.stringMatching(/^rs_/) }, 'done'],
    ['dlq retry', cli, { letter: 'plan.sc_none' }, 'refused'],
  ]);

  const sound = await run('audit', 'verify');
  expect([sound.code, sound.stdout]).toEqual([0, expect.stringMatching(/^11 entries, 0 faults;/)]);
  const third = join(api.dataDir, 'store/audit/000000000003.json');
  await writeFile(third, (await readFile(third, 'utf8')).replace(cli, 'cli:nobody'));
  expect(await run('audit', 'verify')).toMatchObject({ code: 1, stdout: expect.stringContaining('entry 3: altered') });
});
