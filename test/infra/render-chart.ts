import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

/** A Kubernetes object, as far as tests look into it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  // Deliberately open: each test knows what it looks at, and the schemas have checked the rest.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

const chart = join(__dirname, '../../infra/helm/assay');
const source = join(__dirname, 'helm-render');
/** Where Debian's Go libraries lie. */
const libraries = '/usr/share/gocode';
/** Compiling takes some seconds once, longer where the machine is busy. */
export const renderTimeoutMs = 240_000;

let binary: string | null = null;

const has = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/**
 * `describe` where Helm, or Go with the libraries that Helm is made of, is installed. Where neither is, the suite fails, or
 * says loudly that it was skipped if ASSAY_TEST_ALLOW_NO_HELM=1.
 */
export function describeWithHelm(title: string, suite: () => void): void {
  if (has('helm') || has('go')) return describe(title, suite);
  const missing = `Neither helm nor go is installed (packages: test/support/debian-packages.txt): "${title}"`;
  if (process.env['ASSAY_TEST_ALLOW_NO_HELM'] === '1') {
    console.warn(`SKIPPED, the chart was not rendered. ${missing}`);
    return describe.skip(title, suite);
  }
  describe(title, () => {
    it('needs helm or go', () => {
      throw new Error(`${missing} cannot run. Install one, or set ASSAY_TEST_ALLOW_NO_HELM=1 to go without.`);
    });
  });
}

/** Helm itself asks no cluster when it renders; the engine alone can be told what runs there. */
export const canPretendCluster = (): boolean => has('go');

/**
 * The chart's manifests for a release `assay`, by Helm itself where it is installed, else by Helm's template engine
 * (`helm-render/main.go`).
 *
 * @param running an object that is in the cluster already; by the engine, whatever is installed
 * @throws with the engine's words when the chart refuses the values
 */
export function renderChart(values: object, running?: object): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'assay-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify(values));
    const cluster = join(folder, 'cluster.yaml');
    if (running) writeFileSync(cluster, stringify(running));
    const env = running ? { ...process.env, HELM_RENDER_CLUSTER: cluster } : process.env;
    const text =
      has('helm') && !running
        ? run('helm', ['template', 'assay', chart, '--namespace', 'default', '--values', file])
        : run(renderer(), [chart, 'assay', 'default', file], { env });
    return parseAllDocuments(text).flatMap((document) => {
      if (document.errors[0]) throw document.errors[0];
      const manifest = document.toJS() as Manifest | null;
      return manifest ? [manifest] : [];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function renderer(): string {
  if (binary) return binary;
  const folder = join(tmpdir(), `assay-helm-render-${process.getuid?.() ?? 'user'}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const built = join(folder, `helm-render-${process.pid}`);
  // Debian's libraries are laid out as a GOPATH; nothing is fetched. Compiled packages are kept for the next run.
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: libraries, GOCACHE: join(folder, 'cache'), GOFLAGS: '' };
  run('go', ['build', '-o', built, '.'], { cwd: source, env });
  process.once('exit', () => rmSync(built, { force: true }));
  return (binary = built);
}

function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): string {
  try {
    return execFileSync(command, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const words =
      typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`${command}: ${words.trim()}`, { cause: error });
  }
}
