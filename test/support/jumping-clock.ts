import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface JumpingClock {
  /** Of the processes whose clock it shall be. */
  env: Record<string, string>;
  /** Sets the clock of all of them at once. */
  set(secondsAhead: number): void;
}

/** Whether this machine can have one: Linux with a C compiler. */
export function canJump(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return process.platform === 'linux';
  } catch {
    return false;
  }
}

/** A wall clock that a test may set while real processes look at it. */
export function openJumpingClock(folder: string, secondsAhead = 0): JumpingClock {
  const library = join(folder, 'jumping-clock.so');
  const file = join(folder, 'clock');
  execFileSync('cc', [
    '-O2',
    '-Wall',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    library,
    resolve(__dirname, 'jumping-clock.c'),
  ]);
  // Written in place: the processes have mapped the file.
  const set = (seconds: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    writeFileSync(file, bytes, { flag: 'r+' });
  };
  writeFileSync(file, Buffer.alloc(8));
  set(secondsAhead);
  return { env: { LD_PRELOAD: library, ASSAY_TEST_CLOCK: file }, set };
}
