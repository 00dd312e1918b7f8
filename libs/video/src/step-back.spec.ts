import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { stepBack } from './step-back';

const below = getPriority() + constants.priority.PRIORITY_BELOW_NORMAL;

describe('a decoder steps back', () => {
  it('by its own priority, and with its session where Linux shares the processor among sessions', () => {
    const child = spawn('sleep', ['20'], { detached: true, stdio: 'ignore' });
    try {
      const pid = child.pid ?? 0;
      stepBack(pid);
      expect(getPriority(pid)).toBe(below);
      const session = `/proc/${pid}/autogroup`;
      if (existsSync(session)) expect(readFileSync(session, 'utf8')).toMatch(new RegExp(`nice ${below}\\s*$`));
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says nothing of a child that is gone', () => {
    expect(() => stepBack(2 ** 22 + 1)).not.toThrow();
  });
});
