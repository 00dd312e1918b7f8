import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watchParent } from './watch-parent';

describe('watchParent', () => {
  it('tells once when the process it was given is gone', async () => {
    const parent = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(parent, 'spawn');
    const gone = new Promise<void>((resolve) => watchParent(parent.pid ?? null, resolve));
    parent.kill('SIGKILL');
    await gone;
  });
});
