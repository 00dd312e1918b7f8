import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type NetConnectOpts } from 'node:net';

/** Enough for the last words of any server that fails to start. */
const keptOutputCharacters = 8_000;

export interface GuardedChild {
  /** What it wrote to stderr last. */
  lastWords(): string;
  exited(): boolean;
  /** Ends it and everything that it started; resolves when it is gone. */
  close(): Promise<void>;
}

/**
 * Starts a shell script that must end what it started as soon as its stdin closes. The pipe's other end is ours alone,
 * so that also happens when this process dies without a chance to clean up (kill -9, a crashed test runner).
 */
export function startGuarded(script: string, args: string[]): GuardedChild {
  const child = spawn('sh', ['-c', script, 'guard', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-keptOutputCharacters)));
  child.stdin.on('error', () => {});
  const exited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    lastWords: () => words,
    exited,
    close: async () => {
      if (exited()) return;
      const exit = once(child, 'exit');
      child.stdin.end();
      await exit;
    },
  };
}

/** Between two questions whether a server is up; a busy machine should spend its time on the server. */
const pauseMs = 50;

/**
 * Asks until `ready` says yes.
 *
 * @throws with the child's last words when it ended or took too long
 */
export async function untilReady(child: GuardedChild, what: string, ready: () => Promise<boolean>, timeoutMs: number) {
  const giveUpAt = Date.now() + timeoutMs;
  while (Date.now() < giveUpAt && !child.exited()) {
    if (await ready()) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await child.close();
  throw new Error(`${what} did not start: ${child.lastWords()}`);
}

/** Does anything listen there? */
export function accepts(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
