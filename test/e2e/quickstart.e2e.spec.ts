/**
 * docs/quickstart.md as it stands there, run against `assay up --mock`: curl, TypeScript and Python go from upload to
 * verdict to deletion, and leave nothing behind.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Service, startService } from '../support/assay-cli';
import { runPython, runShell, runTypeScript, snippetOf } from '../support/doc-snippets';

jest.setTimeout(300_000);

const page = 'quickstart.md';
let folder: string;
let service: Service;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-quickstart-'));
  service = await startService(join(folder, 'data'), {
    ASSAY_MOCK: 'true',
    ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8',
  });
  const file = join(folder, 'likely_manipulated.mp4');
  copyFileSync(resolve(__dirname, '../fixtures/swapped-a.mp4'), file);
  env = { ASSAY_URL: service.url, ASSAY_KEY: service.key, FILE: file };
});
afterEach(async () => {
  const { scans } = await (await service.request('/v1/scans')).json();
  const { webhooks } = await (await service.request('/v1/webhooks')).json();
  expect([scans, webhooks]).toEqual([[], []]);
});
afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

it('curl', () => {
  const ran = runShell(snippetOf(page, 'sh'), folder, env);
  expect(ran).toEqual({
    code: 0,
    stderr: '',
    stdout:
      'done: likely_manipulated, because: Mock verdict, nothing was looked at: as if face 1 showed signs of a blended face.\n',
  });
  expect(readFileSync(join(folder, 'face.jpg')).subarray(0, 2).toString('hex')).toBe('ffd8');
  expect(JSON.parse(readFileSync(join(folder, 'verdict.sig.json'), 'utf8'))).toMatchObject({ algorithm: 'Ed25519' });
});

it('TypeScript', () => {
  const { code, stdout, stderr } = runTypeScript(snippetOf(page, 'ts'), folder, [], env);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^likely_manipulated 0\.97, Mock verdict, .* \(image\/jpeg\)\n$/);
});

it('Python', () => {
  const { code, stdout, stderr } = runPython(snippetOf(page, 'python'), folder, [], env);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^likely_manipulated 0\.97 Mock verdict, /);
});
