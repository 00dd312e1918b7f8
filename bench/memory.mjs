import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openAsBlob, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clips, makeClip } from './clips.mjs';

const root = resolve(import.meta.dirname, '..');
/** The kernel keeps each process's own peak (VmHWM); only sums over processes are sampled, and those this often. */
const sampleMs = 20;
const idleMs = 5_000;
/** The upload of the issue: larger than anything that fits into the allowance by accident. */
const uploadBytes = 2 * 1024 ** 3;
const megabytes = (kilobytes) => kilobytes / 1024;

/**
 * Peaks in MB, resident: of a worker (both of its processes) on a ten-minute file, of its ffmpeg, of both together, and of the API
 * process while 2 GB come in. The service is the one that `assay up` starts, with one worker. Linux only: reads /proc.
 */
export async function measureMemory() {
  const data = mkdtempSync(join(tmpdir(), 'assay-bench-data-'));
  const clip = makeClip(clips.find(({ seconds }) => seconds === 600));
  const service = spawn(
    process.execPath,
    [join(root, 'apps/cli/dist/main.js'), 'up', '--port', '0', '--workers', '1', '--data', data],
    {
      env: { ...process.env, REDIS_URL: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const { url, key } = await untilUp(service);
    const headers = { authorization: `Bearer ${key}` };
    const api = service.pid;
    const worker = childrenOf(api).find((pid) => commandOf(pid).includes(join('apps', 'worker')));
    if (!worker) throw new Error('there is no worker process');

    await sleep(idleMs);
    // The process that holds the job locks, and the one that does the work.
    const both = [worker, ...childrenOf(worker).filter((pid) => !isTool(pid))];
    const all = (of) => both.map(of).reduce(sum, 0);
    const [apiIdle, workerIdle] = [rss(api), all(rss)];
    forgetPeak(api);
    await uploadZeros(url, headers);
    const apiUpload = peak(api);

    const scan = await submit(url, headers, clip.path);
    const seen = await sampled(untilDone(url, headers, scan), () => {
      const tools = both.flatMap(childrenOf).filter(isTool);
      return { ffmpeg: Math.max(0, ...tools.map(peak)), together: all(rss) + tools.map(rss).reduce(sum, 0) };
    });
    const verdict = await (await fetch(`${url}/v1/scans/${scan}/verdict`, { headers })).json();
    if (!(verdict.tracks?.length > 0)) throw new Error('no face was found: this is not what was to be measured');
    return { apiIdle, apiUpload, workerIdle, worker: all(peak), ...seen };
  } finally {
    service.kill('SIGINT');
    await once(service, 'exit');
    rmSync(data, { recursive: true, force: true });
  }
}

export async function untilUp(service) {
  let text = '';
  for await (const chunk of service.stdout.iterator({ destroyOnReturn: false })) {
    text += chunk;
    const found = /open\s+(http:\S+)\/#key=(\S+)/.exec(text);
    if (!found) continue;
    service.stdout.resume();
    return { url: found[1], key: found[2] };
  }
  throw new Error(`assay up ended: ${text}`);
}

/** Highest values seen while something runs. */
async function sampled(running, sample) {
  const peaks = {};
  let over = false;
  const finished = running.finally(() => (over = true));
  while (!over) {
    for (const [name, value] of Object.entries(sample())) peaks[name] = Math.max(peaks[name] ?? 0, value);
    await sleep(sampleMs);
  }
  await finished;
  return peaks;
}

async function uploadZeros(url, headers) {
  const boundary = 'assay-bench';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="zeros.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const request = http.request(`${url}/v1/media`, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + uploadBytes + tail.length,
    },
  });
  const answered = once(request, 'response');
  request.write(head);
  const chunk = Buffer.alloc(1024 ** 2);
  for (let sent = 0; sent < uploadBytes; sent += chunk.length) {
    if (!request.write(chunk)) await once(request, 'drain');
  }
  request.end(tail);
  const [response] = await answered;
  response.resume();
  if (response.statusCode !== 201) throw new Error(`the upload was answered with ${response.statusCode}`);
}

const submit = async (url, headers, path) => submitBlob(url, headers, await openAsBlob(path));

/** @returns the id of its scan */
export async function submitBlob(url, headers, blob) {
  const form = new FormData();
  form.set('file', blob, 'clip.mp4');
  const media = await (await fetch(`${url}/v1/media`, { method: 'POST', headers, body: form })).json();
  const body = JSON.stringify({ media: media.id });
  const asked = await fetch(`${url}/v1/scans`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  });
  return (await asked.json()).id;
}

export async function untilDone(url, headers, id) {
  for (;;) {
    const { state } = await (await fetch(`${url}/v1/scans/${id}`, { headers })).json();
    if (state === 'done') return;
    if (state === 'failed') throw new Error('the scan failed');
    await sleep(200);
  }
}

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const status = (pid, field) =>
  megabytes(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(read(`/proc/${pid}/status`))?.[1] ?? 0));
export const rss = (pid) => status(pid, 'VmRSS');
/** Highest so far, or since `forgetPeak`. */
const peak = (pid) => status(pid, 'VmHWM');
/** Between fork and exec a child is a copy of its parent, pages and all, which are the parent's and not counted twice. */
const isTool = (pid) => /^(ffmpeg|ffprobe)\0/.test(commandOf(pid));
const forgetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5');
const sum = (a, b) => a + b;
export const commandOf = (pid) => read(`/proc/${pid}/cmdline`);
export const childrenOf = (parent) =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => Number(/PPid:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]) === Number(parent));
