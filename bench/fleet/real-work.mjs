/** The product's own workers, with models and ffmpeg, over a Redis and a folder store. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog, createPorts, intake, loadConfig, openQueues, submitScan } from '@assay/pipeline';
import { workerEntry } from '@assay/worker';
import { quantile } from './figures.mjs';
import { startRedis } from './redis.mjs';

const fixture = resolve(import.meta.dirname, '../../test/fixtures/swapped-a.mp4');
const never = new globalThis.AbortController().signal;
const pollMs = 20;
/** Scans for each worker. */
const scansPerWorker = 6;

/**
 * Does a second worker do as much as the first? Each has one inference thread and one look at once. A core of its own for each worker, with
 * all of its processes, says what a fleet gains by one machine more; a worker that may use both cores decodes on one and scores on the
 * other, so a second one beside it can only take what is left.
 */
export async function oneAgainstTwo(runs) {
  const clip = await looped(60);
  console.log(
    '| each worker may use | workers | seconds for each scan of 60 s | efficiency |\n| --- | --- | --- | --- |',
  );
  for (const pinned of [true, false]) {
    const seconds = { 1: [], 2: [] };
    for (let run = 0; run < runs; run += 1) {
      for (const workers of [1, 2]) {
        seconds[workers].push(await secondsFor(clip, { workers, scans: workers * scansPerWorker, pinned }));
      }
    }
    const [one, two] = [1, 2].map((workers) => quantile(seconds[workers], 0.5) / (workers * scansPerWorker));
    const may = pinned ? 'a core of its own' : 'both cores';
    console.log(
      `| ${may} | 1 | ${one.toFixed(2)} | |\n| ${may} | 2 | ${two.toFixed(2)} | ${(one / (2 * two)).toFixed(3)} |`,
    );
  }
  rmSync(clip);
}

/** In turns, so that what else the machine does meets both. */
export async function hourAgainstMinute(runs) {
  const [minute, hour] = [await looped(60), await looped(3600)];
  const seconds = { minute: [], hour: [] };
  for (let run = 0; run < runs; run += 1) {
    seconds.minute.push(await secondsFor(minute, { workers: 1, scans: 1 }));
    seconds.hour.push(await secondsFor(hour, { workers: 1, scans: 1 }));
  }
  const of = (name, minutes) => quantile(seconds[name], 0.5) / minutes;
  console.log('| video | seconds, wall | for each minute of it |\n| --- | --- | --- |');
  for (const [name, minutes] of [
    ['minute', 1],
    ['hour', 60],
  ]) {
    console.log(`| one ${name} | ${of(name, 1).toFixed(2)} | ${of(name, minutes).toFixed(3)} |`);
  }
  [minute, hour].forEach((path) => rmSync(path));
}

/** A fixture again and again, its packets as they are. */
async function looped(seconds) {
  if (!existsSync(fixture)) throw new Error(`${fixture} is missing`);
  const path = join(tmpdir(), `assay-looped-${process.pid}-${seconds}.mp4`);
  const args = ['-v', 'error', '-y', '-stream_loop', '-1', '-i', fixture, '-t', String(seconds), '-c', 'copy', path];
  execFileSync('ffmpeg', args);
  return path;
}

/** From the first submission to the last verdict; models are loaded and warm by then. */
async function secondsFor(clip, { workers, scans, pinned = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-real-'));
  const redis = await startRedis();
  const env = {
    REDIS_URL: redis.path,
    ASSAY_DATA_DIR: folder,
    ASSAY_LOOK_CONCURRENCY: '1',
    ASSAY_INFERENCE_THREADS: '1',
    ASSAY_LOG_LEVEL: 'silent',
  };
  const config = loadConfig(env);
  const ports = await createPorts(config, createLog({ level: 'silent', service: 'bench' }));
  const queues = await openQueues(config);
  const children = [];
  try {
    for (let worker = 0; worker < workers; worker += 1) {
      const child = fork(workerEntry, {
        env: { PATH: process.env.PATH, ...env },
        // Its engine and its decoders come to stand on that core with it.
        ...(pinned ? { execPath: 'taskset', execArgv: ['-c', String(worker), process.execPath] } : {}),
      });
      children.push(child);
      await once(child, 'message');
    }
    // The first scan of a process pays for what later ones find: it does not count.
    await allDone(await submitAll(clip, workers, 0));
    const scansTaken = await takeIn(clip, scans, 1);
    const startedAt = performance.now();
    await allDone(await Promise.all(scansTaken.map(ask)));
    return (performance.now() - startedAt) / 1000;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await queues.close();
    await ports.close();
    await redis.close();
    rmSync(folder, { recursive: true, force: true });
  }

  async function submitAll(path, count, series) {
    return Promise.all((await takeIn(path, count, series)).map(ask));
  }

  /** Each with a tail of its own that players skip: other bytes, another media item. */
  async function takeIn(path, count, series) {
    const media = [];
    for (let copy = 0; copy < count; copy += 1) {
      const tail = Buffer.alloc(16);
      tail.writeUInt32BE(tail.length, 0);
      tail.write('free', 4);
      tail.writeUInt32BE(1 + series * 1000 + copy, 8);
      const body = Readable.from(withTail(path, tail));
      const taken = await intake(body, { name: 'clip.mp4', tenant: 'default' }, ports, never);
      media.push(taken.value.media.id);
    }
    return media;
  }

  async function ask(media) {
    return (await submitScan(ports, queues, { media, tenant: 'default' }, never)).scan.id;
  }

  async function allDone(ids) {
    for (const id of ids) {
      for (;;) {
        const record = await ports.index.get(id);
        if (record?.state === 'done') break;
        if (record?.state === 'failed') throw new Error(record.failure);
        await sleep(pollMs);
      }
    }
  }
}

async function* withTail(path, tail) {
  yield* createReadStream(path);
  yield tail;
}
