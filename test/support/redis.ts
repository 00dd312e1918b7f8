import { mkdirSync, mkdtempSync } from 'node:fs';
import { dirname } from 'node:path';
import { accepts, startGuarded, untilReady } from './guarded-child';

export interface TestRedis {
  /** Unix socket. */
  path: string;
  url: string;
  /** Also removes its folder. Calling twice is fine. */
  close(): Promise<void>;
}

/** Under /tmp whatever TMPDIR says: a socket's path may have 108 characters at most. */
const folderPrefix = '/tmp/assay-redis-';
const startTimeoutMs = 60_000;

/** stdin is the leash: `cat` ends when this process does. */
const script = `
command -v redis-server >/dev/null || { echo 'redis-server is not installed' >&2; exit 127; }
redis-server --port 0 --unixsocket "$1/r.sock" --unixsocketperm 700 --dir "$1" --save '' --appendonly "$2" >"$1/log" &
server=$!
trap : INT TERM HUP
cat >/dev/null
kill -9 $server; wait $server 2>/dev/null
if [ "$2" = no ]; then rm -rf "$1"; else rm -f "$1/r.sock"; fi`;

/**
 * A Redis of the test's own: real, empty, without a port, gone when the test (or its process) is.
 *
 * @param at socket path of an earlier one that was closed: a Redis that comes back
 */
export function startRedis(at?: string): Promise<TestRedis> {
  return start(at ? dirname(at) : mkdtempSync(folderPrefix), 'no');
}

/**
 * A Redis that writes down what it holds, as a deployment's does: `close` is a `kill -9`, and another start on the same
 * folder has it all again.
 *
 * @param folder with a short path; the caller removes it
 */
export function startDurableRedis(folder: string): Promise<TestRedis> {
  return start(folder, 'yes');
}

async function start(folder: string, appendOnly: 'yes' | 'no'): Promise<TestRedis> {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/r.sock`;
  const child = startGuarded(script, [folder, appendOnly]);
  await untilReady(child, 'redis-server', () => accepts({ path }), startTimeoutMs);
  return { path, url: `unix:${path}`, close: () => child.close() };
}
