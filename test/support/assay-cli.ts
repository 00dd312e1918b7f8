import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Verdict } from '@assay/contracts';
import { filesUnder } from './files-under';

const root = resolve(__dirname, '../..');
const main = join(root, 'apps/cli/dist/main.js');
const pollMs = 50;

/** The built command line: what a person runs, as a process of its own. */
function start(args: string[], cwd: string, env: Record<string, string>): ChildProcess {
  if (!existsSync(main)) throw new Error('These tests run the built command line: npm run build');
  return spawn(process.execPath, [main, ...args], {
    cwd,
    // The product switches the telemetry of its libraries off by itself; tests must not do it for it.
    env: { ...process.env, ORT_DISABLE_TELEMETRY: undefined, REDIS_URL: '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function assay(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Finished> {
  const child = start(args, cwd, env);
  const output = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output() };
}

/** One verdict a line, in the order of the inputs. */
export const verdictsOf = ({ stdout }: Finished): Verdict[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Verdict.parse(JSON.parse(line)));

export interface Service {
  url: string;
  key: string;
  /** @returns the exit code; null when it ended by the signal itself */
  end(signal: NodeJS.Signals): Promise<number | null>;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Uploads and asks for a scan. */
  submit(path: string): Promise<{ media: string; scan: string }>;
  scan(id: string): Promise<{ state: string; stage: string; verdict: string | null }>;
  untilScan(id: string, reached: (scan: { state: string; stage: string }) => boolean): Promise<void>;
  log(): string;
}

/** `assay up` on a free port, ready for requests. */
export async function startService(
  dataDir: string,
  env: Record<string, string> = {},
  { workers = 1 }: { workers?: number } = {},
): Promise<Service> {
  const child = start(['up', '--port', '0', '--workers', String(workers), '--data', dataDir], root, env);
  const output = collect(child);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const log = (): string => output().stdout + output().stderr;
  let ended = false;
  void closed.then(() => (ended = true));
  let found: RegExpExecArray | null = null;
  while (!found) {
    if (ended) throw new Error(`assay up did not start:\n${log()}`);
    await sleep(pollMs);
    found = /open\s+(http:\S+)\/#key=(\S+)/.exec(log());
  }
  const [, url = '', key = ''] = found;

  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  const json = async (response: Response): Promise<Record<string, string>> => {
    const body = await response.text();
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${body}\n${log()}`);
    return JSON.parse(body);
  };
  const service: Service = {
    url,
    key,
    log,
    request,
    end: async (signal) => {
      child.kill(signal);
      return (await closed)[0];
    },
    submit: async (path) => {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(readFileSync(path))]), path.split('/').pop());
      const media = await json(await request('/v1/media', { method: 'POST', body: form }));
      const body = JSON.stringify({ media: media['id'] });
      const headers = { 'content-type': 'application/json' };
      const scan = await json(await request('/v1/scans', { method: 'POST', headers, body }));
      return { media: String(media['id']), scan: String(scan['id']) };
    },
    scan: async (id) => (await json(await request(`/v1/scans/${id}`))) as never,
    untilScan: async (id, reached) => {
      for (;;) {
        const scan = await service.scan(id);
        if (reached(scan)) return;
        if (scan.state === 'failed') throw new Error(`The scan failed:\n${log()}`);
        await sleep(pollMs);
      }
    },
  };
  return service;
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return () => ({ stdout, stderr });
}

/** Verdicts that the folder store of a service holds. */
export async function verdictFiles(dataDir: string): Promise<string[]> {
  return (await filesUnder(join(dataDir, 'store'))).filter((path) => path.endsWith('verdict.json'));
}

/** Environment by which a process and all that it starts can be known. In PATH, since tools get little else from us. */
export const markedEnv = (mark: string): { PATH: string } => ({ PATH: `${process.env['PATH']}:/${mark}` });

/**
 * Processes that carry a mark in their environment or their arguments. Linux only: elsewhere there is no way to look
 * into the environment of others, and the list is empty.
 */
export function processesWith(mark: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].some((file) => readQuietly(file).includes(mark)))
    .map((pid) => `${pid} ${readQuietly(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 200)}`);
}

/** Ids of the marked worker processes of a service; those with a decoder at work first. */
export function workersWith(mark: string): number[] {
  const found = processesWith(mark).map((line) => ({ pid: Number.parseInt(line, 10), line }));
  // A decoder is a child of the engine, which is one of the worker.
  const decoding = found.filter(({ line }) => /ffmpeg /.test(line)).map(({ pid }) => parentOf(parentOf(pid)));
  const workers = found.filter(({ line }) => line.includes('apps/worker/dist/main')).map(({ pid }) => pid);
  return workers.sort((a, b) => Number(decoding.includes(b)) - Number(decoding.includes(a)));
}

/** The process in which a worker's stages do their work. */
export function engineOf(worker: number, mark: string): number | undefined {
  const engines = processesWith(mark).filter((line) => line.includes('apps/worker/dist/engine-main'));
  return engines.map((line) => Number.parseInt(line, 10)).find((pid) => parentOf(pid) === worker);
}

export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readQuietly(`/proc/${pid}/status`))?.[1]);
}

/** Waits until nothing with this mark runs, for as long as the test runner lets it. */
export async function untilNoProcessWith(mark: string): Promise<void> {
  while (processesWith(mark).length > 0) await sleep(pollMs);
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
