import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addPlanJob, openQueues } from '@assay/pipeline';
import { startRedis } from './redis.mjs';

const entry = resolve(import.meta.dirname, 'worker.mjs');
/** Adds that are on their way to Redis at once. */
const addsAtOnce = 50;

/** A Redis and worker processes whose work is a sleep. */
export class Fleet {
  /** What became of each scan, by id: times in ms. */
  scans = new Map();
  /** Real lengths of the sleeps that stood for looks, ms. */
  sleeps = [];
  /** Ends of looks, ms, in their order. */
  looked = [];
  judgedTwice = 0;
  #children = [];
  #settings;

  static async start({ workers, looks = 1, planMs, lookMs }) {
    const fleet = new Fleet();
    fleet.redis = await startRedis();
    fleet.queues = await openQueues({ redisUrl: fleet.redis.path });
    fleet.#settings = { redis: fleet.redis.path, looks, planMs, lookMs };
    await Promise.all(Array.from({ length: workers }, () => fleet.addWorker()));
    return fleet;
  }

  async addWorker() {
    const child = fork(entry, [JSON.stringify(this.#settings)]);
    this.#children.push(child);
    await new Promise((ready, failed) => {
      child.on('message', (message) => (message.what === 'ready' ? ready() : this.#heard(message)));
      child.once('exit', (code) => failed(new Error(`a worker ended with ${code}`)));
    });
    return child;
  }

  open() {
    for (const child of this.#children) child.send('open');
  }

  /** `kill -9`, and another one in its place. */
  async replaceWorker(index) {
    const [child] = this.#children.splice(index % this.#children.length, 1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await this.addWorker()).send('open');
  }

  async submit(records) {
    const waiting = records.values();
    const lane = async () => {
      for (const record of waiting) {
        this.scans.set(record.id, { submittedAt: Date.now(), looks: 0, record });
        await addPlanJob(this.queues, record);
      }
    };
    await Promise.all(Array.from({ length: addsAtOnce }, lane));
  }

  get judged() {
    return [...this.scans.values()].filter(({ judgedAt }) => judgedAt !== undefined).length;
  }

  /** Resolves when every scan that was submitted, or that is meant, is judged. */
  async allJudged(isMeant = () => true, pollMs = 50) {
    const left = () => [...this.scans.values()].some((scan) => scan.judgedAt === undefined && isMeant(scan));
    while (left()) await sleep(pollMs);
  }

  /** CPU of Redis, the workers and this process so far, ms (Linux, by hundredths of a second). */
  cpuMs() {
    const pids = [process.pid, this.redis.pid, ...this.#children.map(({ pid }) => pid)];
    return pids.map(cpuMsOf).reduce((sum, ms) => sum + ms, 0);
  }

  async close() {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.queues.close();
    await this.redis.close();
  }

  #heard({ what, scan, at, ms }) {
    const known = this.scans.get(scan);
    if (what === 'look') known.lookAt ??= at;
    if (what === 'looked') {
      known.looks += 1;
      this.sleeps.push(ms);
      this.looked.push({ at, record: known.record });
    }
    if (what !== 'judged') return;
    if (known.judgedAt !== undefined) this.judgedTwice += 1;
    known.judgedAt ??= at;
  }
}

function cpuMsOf(pid) {
  // Behind the name, which may hold anything, in brackets; user and system time are the 12th and 13th after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
