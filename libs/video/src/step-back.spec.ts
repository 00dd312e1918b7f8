import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { stepBack } from './step-back';

const below = getPriority() + constants.priority.PRIORITY_BELOW_NORMAL;
/** Lower than that of a worker's engine, 15. */
const session = 16;

describe('a decoder steps back', () => {
  it('by its own priority, and with its session where Linux shares the processor among sessions', () => {
    const child = spawn('sleep', ['20'], { detached: true, stdio: 'ignore' });
    try {
      const pid = child.pid ?? 0;
      stepBack(pid);
      expect(getPriority(pid)).toBe(below);
      const file = `/proc/${pid}/autogroup`;
      if (existsSync(file)) expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`nice ${session}\\s*$`));
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says nothing of a child that is gone', () => {
    expect(() => stepBack(2 ** 22 + 1)).not.toThrow();
  });
});
