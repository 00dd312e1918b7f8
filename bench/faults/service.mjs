import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesWith, redisOf } from './processes.mjs';

const main = resolve(import.meta.dirname, '../../apps/cli/dist/main.js');
const pollMs = 50;
/** Whatever a killed service started is gone within this, or counts as left behind, ms. */
const goneWithinMs = 15_000;

/** `assay up` on one data folder, started again whenever it has ended, as an operator or a supervisor would. */
export class Service {
  orphans = 0;
  starts = 0;
  #data;
  #env;
  #mark = '';
  #child = null;
  #ended = null;
  #up = null;
  #ending = null;

  /** @param env settings beside those of the data folder: another Redis, an S3 store */
  constructor(data, env = {}) {
    this.#data = data;
    this.#env = env;
  }

  /** Ready for requests; also the way to wait for a restart. */
  async ready() {
    for (;;) {
      const run = (this.#up ??= this.#start());
      const address = await run;
      if (address && this.#child.exitCode === null && this.#child.signalCode === null) return address;
      // One of all who wait ends the old run; the others find the new one.
      this.#ending ??= this.#end().finally(() => (this.#ending = null));
      await this.#ending;
    }
  }

  processes() {
    return [...processesWith(this.#mark), ...redisOf(this.#data)];
  }

  /** @returns the exit code of an orderly stop */
  async stop() {
    await this.ready();
    this.#child.kill('SIGINT');
    const [code] = await this.#ended;
    this.orphans += await this.#leftBehind();
    return code;
  }

  async #end() {
    await this.#ended;
    this.orphans += await this.#leftBehind();
    this.#up = null;
  }

  async #start() {
    this.starts += 1;
    // In PATH, since tools get little else of our environment.
    this.#mark = `assay-trial-${process.pid}-${this.starts}.`;
    const child = spawn(process.execPath, [main, 'up', '--port', '0', '--workers', '2', '--data', this.#data], {
      env: { ...process.env, REDIS_URL: '', NO_COLOR: '1', ...this.#env, PATH: `${process.env.PATH}:/${this.#mark}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#ended = once(child, 'exit');
    child.stderr.resume();
    let text = '';
    return new Promise((done) => {
      child.once('exit', () => done(null));
      child.stdout.on('data', (chunk) => {
        text = (text + chunk).slice(-8_000);
        const [, url, key] = /open\s+(http:\S+)\/#key=(\S+)/.exec(text) ?? [];
        if (key) done({ url, key });
      });
    });
  }

  async #leftBehind() {
    for (const until = Date.now() + goneWithinMs; Date.now() < until; await sleep(pollMs)) {
      if (this.processes().length === 0) return 0;
    }
    const left = this.processes();
    for (const { pid, args } of left) {
      console.log(`left behind: ${pid} ${args.slice(0, 100)}`);
      process.kill(pid, 'SIGKILL');
    }
    return left.length;
  }
}
