import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Listens in on one scan, from outside: a script called `ffmpeg` that comes first in PATH writes down how it is called,
 * and a module loaded before everything else writes down the shape of every `session.run`. So the floor is made of
 * exactly the work that the scan asked for, whatever its code looks like.
 */
export function openRecorder() {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-record-'));
  const ffmpeg = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim();
  mkdirSync(join(folder, 'bin'));
  // A playlist of windows comes in on stdin; other calls have nothing there.
  const shim = `#!/bin/sh
call=$(mktemp -d '${folder}/ffmpeg-XXXXXX')
for word in "$@"; do printf '%s\\n' "$word"; done >"$call/arguments"
cat >"$call/stdin"
exec '${ffmpeg}' "$@" <"$call/stdin"
`;
  writeFileSync(join(folder, 'bin/ffmpeg'), shim);
  chmodSync(join(folder, 'bin/ffmpeg'), 0o755);
  const runs = join(folder, 'runs.jsonl');
  return {
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      NODE_OPTIONS: `--require ${resolve(import.meta.dirname, 'record-runs.cjs')}`,
      ASSAY_BENCH_RUNS: runs,
    },
    /** Calls that decoded something: `-version` and the like are no work. */
    decodes: () =>
      readdirSync(folder)
        .filter((name) => name.startsWith('ffmpeg-'))
        .map((name) => ({
          arguments: readFileSync(join(folder, name, 'arguments'), 'utf8')
            .split('\n')
            .slice(0, -1),
          stdin: readFileSync(join(folder, name, 'stdin'), 'utf8'),
        }))
        .filter((call) => call.arguments.includes('-i')),
    /** Each `session.run`: digest of the model's bytes, name and shape of its input. */
    runs: () =>
      existsSync(runs)
        ? readFileSync(runs, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
        : [],
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
