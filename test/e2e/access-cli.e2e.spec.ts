/**
 * `assay keys` and `assay audit`, as an operator uses them on the store of a service that does not run: a key is shown once,
 * what is done is in the audit log, and a log that was tampered with makes `audit verify` fail.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@assay/cli';
import type { ApiKey } from '@assay/contracts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'assay-access-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const code = await runProgram(['node', 'assay', ...args, '--data', data]);
  log.mockRestore();
  return { code, out: lines.join('\n') };
}

it('makes, rotates and revokes keys, and finds what was done to the log', async () => {
  const { out: key } = await run('keys', 'create', '--name', 'ci', '--role', 'submitter', '--tenant', 'acme');
  expect(key).toMatch(/^assay_[\w-]{43}$/);
  const list = async () => (JSON.parse((await run('keys', 'list', '--json')).out) as { keys: ApiKey[] }).keys;
  const [made] = await list();
  expect(made).toMatchObject({ tenant: 'acme', roles: ['submitter'], state: 'active', prefix: key.slice(0, 12) });
  expect(JSON.stringify(made)).not.toContain(key);
  await run('keys', 'rotate', String(made?.id), '--overlap', '0');
  expect((await list()).map(({ state }) => state).sort()).toEqual(['active', 'expired']);
  const left = (await list()).find(({ state }) => state === 'active');
  await run('keys', 'revoke', String(left?.id));
  expect((await list()).map(({ state }) => state).sort()).toEqual(['expired', 'revoked']);

  const sound = await run('audit', 'verify');
  expect([sound.code, sound.out]).toEqual([0, expect.stringMatching(/^3 entries, 0 faults; head 3:[0-9a-f]{64}$/)]);
  const head = sound.out.split('head ')[1] ?? '';
  expect((await run('audit', 'verify', '--head', head)).code).toBe(0);
  const second = join(data, 'store/audit/000000000002.json');
  await writeFile(second, (await readFile(second, 'utf8')).replace('keys rotate', 'keys revoke'));
  expect(await run('audit', 'verify')).toMatchObject({ code: 1, out: expect.stringContaining('entry 2: altered') });
  await rm(join(data, 'store/audit/000000000003.json'));
  expect((await run('audit', 'verify', '--head', head)).out).toContain('entry 3: not the known one');
});
