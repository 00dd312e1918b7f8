/**
 * What can be known of the images without building them:
 * - the file is well formed, and copies the manifest of every workspace before it installs;
 * - what it starts exists, as another user than root, on a Node that the package accepts;
 * - each setting that it makes is one that the service reads; ports and health checks are those of the service;
 * - the build's context has what the build needs and no secret.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, settingNames } from '@assay/pipeline';
import { validate } from 'dockerfile-utils';
import { all, command, dockerfileText, environment, healthCheck, inherited, root, stages } from './dockerfile';
import { statusesOf } from './routes';

const targets = ['api', 'worker'] as const;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } };

test('is well formed', () => {
  expect(validate(dockerfileText).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  expect(stages().map(({ name }) => name)).toEqual(['build', 'runtime', 'api', 'worker']);
});

test('copies the manifest of every workspace, or npm would not install what it needs', () => {
  const build = stages().find(({ name }) => name === 'build');
  const copied = (build?.instructions ?? [])
    .filter((instruction) => instruction.getKeyword() === 'COPY')
    .flatMap((instruction) => instruction.getArguments().map((argument) => argument.getValue()));
  const manifests = ['apps', 'libs'].flatMap((room) =>
    workspacesOf(room).map((name) => `${room}/${name}/package.json`),
  );
  expect(manifests.length).toBeGreaterThan(10);
  expect(manifests.filter((path) => !copied.includes(path))).toEqual([]);
  for (const path of copied.filter((name) => name.endsWith('.json')))
    expect([path, existsSync(join(root, path))]).toEqual([path, true]);
});

test('runs on a Node that the package accepts', () => {
  const major = Number(/ARG NODE_IMAGE=node:(\d+)/.exec(dockerfileText)?.[1]);
  expect(major).toBeGreaterThanOrEqual(Number(/\d+/.exec(manifest.engines.node)?.[0]));
});

describe.each(targets)('the target %s', (target) => {
  test('starts what the build makes, not as root', () => {
    const [node, script] = command(target, 'CMD');
    expect(node).toBe('node');
    expect(existsSync(join(root, (script ?? '').replace('/dist/', '/src/').replace(/\.js$/, '.ts')))).toBe(true);
    expect(all(target, 'USER').at(-1)).toEqual(['1000:1000']);
    expect(command(target, 'ENTRYPOINT')).toEqual(['tini', '--']);
  });

  test('makes settings that the service reads and accepts', () => {
    const env = environment(target);
    const ours = Object.keys(env).filter((name) => /^(ASSAY|S3|REDIS)_/.test(name));
    expect(ours.filter((name) => !settingNames.includes(name))).toEqual([]);
    const config = loadConfig(env);
    const port = target === 'api' ? config.port : config.workerMetricsPort;
    expect(all(target, 'EXPOSE')).toEqual([[String(port)]]);
    // Inside a container the loopback is nobody's way in.
    expect(config.host).toBe('0.0.0.0');
    expect(Number(healthCheck(target).port)).toBe(port);
  });

  test('has its health check in the image', () => {
    const check = inherited(target).findLast((instruction) => instruction.getKeyword() === 'HEALTHCHECK');
    const [, script] = /"node", "([^"]+)"/.exec(check?.getArgumentsContent() ?? '') ?? [];
    expect(existsSync(join(root, script ?? 'none'))).toBe(true);
  });
});

test('health checks ask for what is there', async () => {
  const paths = Object.fromEntries(targets.map((target) => [target, [healthCheck(target).pathname]]));
  const statuses = await statusesOf(paths as Record<(typeof targets)[number], string[]>);
  expect(Object.values(statuses)).toEqual([200, 200]);
});

test('the context has what is built and no secret', () => {
  const lines = readFileSync(join(root, 'infra/Dockerfile.dockerignore'), 'utf8').split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#'));
  expect(rules[0]).toBe('**');
  const named = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  expect(named.filter((path) => !path.includes('*') && !existsSync(join(root, path)))).toEqual([]);
  // Compiled by references from elsewhere.
  expect(named).toEqual(expect.arrayContaining(['test/media', 'test/support', 'models', 'infra/healthcheck.mjs']));
  expect(rules).toEqual(expect.arrayContaining(['**/.env*', '**/node_modules', '**/dist']));
});

function workspacesOf(room: string): string[] {
  return readdirSync(join(root, room)).filter((name) => existsSync(join(root, room, name, 'package.json')));
}
