import { availableParallelism } from 'node:os';
import pc from 'picocolors';
import type { AdminKey, RunningApi } from '@assay/api';
import type { PublicKeyJwk } from '@assay/contracts';
import { type Config, createLog, ensureSigningKey, loadConfig, openStore, registerPublicKey } from '@assay/pipeline';
import { errorCode } from '../error-code';
import { CliError, ExitCode } from '../exit';
import { listenForInterrupt } from '../interrupt';
import { lockDataFolder } from '../up/data-lock';
import { startEmbeddedRedis } from '../up/embedded-redis';
import { renderLogLine } from '../up/log-lines';
import { WorkerFleet } from '../up/worker-fleet';

export interface UpOptions {
  port?: number;
  host?: string;
  workers?: number;
  data?: string;
  mock?: boolean;
}

/**
 * The whole service on one machine, until it is told to stop. Stops in the order in which nothing is lost: the API takes
 * no more, workers finish or hand back what they have, Redis last. A second Ctrl-C skips the waiting.
 */
export async function up(options: UpOptions): Promise<ExitCode> {
  const settings = withOptions(process.env, options);
  const config = loadConfig(settings);
  // The last started is the first to stop.
  const undo: (() => Promise<void>)[] = [];
  const hurry: (() => void)[] = [];
  const interrupt = listenForInterrupt((code) => {
    show('stopping at once');
    for (const action of hurry) action();
    // Redis sees our pipe close and ends; the lock is taken over by its owner's death.
    process.exit(code);
  });
  try {
    undo.push(await lockDataFolder(config.dataDir));
    const failure = await start(config, settings, undo, hurry, interrupt.signal);
    if (failure === null) return interrupt.exitCode() ?? ExitCode.ok;
    show(failure);
    return ExitCode.failed;
  } catch (error) {
    if (interrupt.signal.aborted) return interrupt.exitCode() ?? ExitCode.interrupted;
    throw error;
  } finally {
    if (interrupt.signal.aborted) show('stopping: finishing what runs; Ctrl-C again to stop at once');
    for (const action of undo.reverse()) await action();
    interrupt.dispose();
  }
}

/** @returns null after an interrupt, or what ended the service */
async function start(
  config: Config,
  settings: Record<string, string | undefined>,
  undo: (() => Promise<void>)[],
  hurry: (() => void)[],
  signal: AbortSignal,
): Promise<string | null> {
  // Before the workers, which sign with it.
  const signingKey = await ensureSigningKey(config);
  const redis = config.redisUrl === null ? await startEmbeddedRedis(config.dataDir, signal) : null;
  if (redis) undo.push(() => redis.stop());
  const redisUrl = redis?.socket ?? config.redisUrl;

  const fleet = new WorkerFleet({
    script: require.resolve('@assay/worker/dist/main'),
    count: config.workers,
    env: { ...settings, REDIS_URL: redisUrl ?? undefined, ASSAY_PARENT_PID: String(process.pid) },
    show,
  });
  undo.push(() => fleet.stop());
  hurry.push(() => fleet.kill());
  const started = fleet.start();
  // Told below; without this a failure while the API still starts would end the process unseen.
  started.catch(() => undefined);

  const { api, key } = await openApi({ ...config, redisUrl }, signingKey.publicKey, signal);
  undo.push(() => api.close());
  show('starting the workers');
  await Promise.race([started, aborted(signal)]);
  signal.throwIfAborted();
  await welcome(config, api.url, key);

  const redisEnded = redis?.ended.then(() =>
    signal.aborted ? null : 'Redis ended unexpectedly; nothing is lost: start again',
  );
  return Promise.race([aborted(signal).then(() => null), ...(redisEnded ? [redisEnded] : [])]);
}

function withOptions(env: NodeJS.ProcessEnv, options: UpOptions): Record<string, string | undefined> {
  const settings: Record<string, string | undefined> = { ...env };
  if (options.port !== undefined) settings['ASSAY_PORT'] = String(options.port);
  if (options.host !== undefined) settings['ASSAY_HOST'] = options.host;
  if (options.data !== undefined) settings['ASSAY_DATA_DIR'] = options.data;
  if (options.workers !== undefined) settings['ASSAY_WORKERS'] = String(options.workers);
  if (options.mock) settings['ASSAY_MOCK'] = 'true';
  // A look decodes and infers at the same time and fills about two cores: one look in each process, two threads for it,
  // and a process for every two cores. More of any of them only takes turns, and memory.
  settings['ASSAY_LOOK_CONCURRENCY'] ??= '1';
  settings['ASSAY_INFERENCE_THREADS'] ??= '2';
  settings['ASSAY_WORKERS'] ??= String(Math.max(1, Math.floor(availableParallelism() / 2)));
  return settings;
}

async function welcome(config: Config, url: string, key: AdminKey): Promise<void> {
  // Behind '#', so that the key stays in the browser: fragments are never sent, logged or passed on.
  const lines: [string, string][] = [
    ['open', pc.bold(`${url}/#key=${key.key}`)],
    ['API', `${url}/docs`],
    ['API key', `${key.key}  ${pc.dim(`(${key.created ? 'made now, kept' : 'kept'} in ${key.path})`)}`],
    ['data', config.dataDir],
    ['keys', `${url}/.well-known/assay-keys.json  ${pc.dim('(to check the signatures of verdicts with)')}`],
    ['workers', String(config.workers)],
  ];
  show(`\n${pc.green(pc.bold('Assay is up.'))} Ctrl-C stops it.\n`);
  if (config.mock) show(pc.yellow('  Mock mode: every verdict is made up (docs/mock-mode.md).\n'));
  for (const [name, value] of lines) show(`  ${pc.dim(name.padEnd(8))} ${value}`);
  show('');
}

/** @throws CliError for what a person can change */
async function openApi(
  config: Config,
  publicKey: PublicKeyJwk,
  signal: AbortSignal,
): Promise<{ api: RunningApi; key: AdminKey }> {
  const { ensureAdminKey, startApi } = await import('@assay/api');
  const store = openStore(config);
  const register = async (): Promise<AdminKey> => {
    const made = await ensureAdminKey(store, config.dataDir);
    await registerPublicKey(publicKey, store, signal);
    return made;
  };
  const key = await register().finally(() => store.close());
  const log = createLog({
    level: config.logLevel,
    service: 'api',
    to: { write: (line) => show(renderLogLine('api', line.trimEnd())) },
  });
  try {
    return { api: await startApi(config, log), key };
  } catch (error) {
    const where = `${config.host} port ${config.port}`;
    const code = errorCode(error);
    if (code === 'EADDRINUSE') throw new CliError(`Something else listens on ${where}; choose another with --port.`);
    if (code === 'EACCES')
      throw new CliError(`This user may not listen on ${where}; choose a port from 1024 with --port.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new CliError(`${config.host} is no address of this machine.`);
    throw error;
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function show(line: string): void {
  process.stdout.write(`${line}\n`);
}
