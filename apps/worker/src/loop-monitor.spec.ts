import { monitorLoop, stallMs } from './loop-monitor';

/** Blocks this thread, as an inference on it would. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('monitorLoop', () => {
  it('reports a stall with its length', async () => {
    const blockedMs = 400;
    // Other stalls may come from a busy machine; the one that was made is at least as long as it was made.
    const worst = await new Promise<number>((resolve) => {
      const stop = monitorLoop((milliseconds) => {
        if (milliseconds < blockedMs / 2) return;
        stop();
        resolve(milliseconds);
      });
      setTimeout(() => block(blockedMs), 50);
    });
    expect(worst).toBeGreaterThan(stallMs);
  });
});
