import { setTimeout as sleep } from 'node:timers/promises';
import { inLanes } from './in-lanes';

const noAbort = new AbortController().signal;

/** Holds: every item once and in order; never more at a time than lanes; a failure stops the rest, and nothing runs on after it is thrown. */
describe('inLanes', () => {
  it('works on every item once, in order, as many at a time as there are lanes', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await inLanes(
      [0, 1, 2, 3, 4, 5, 6],
      2,
      async (item) => {
        begun.push(item);
        most = Math.max(most, (running += 1));
        await sleep(item % 2 === 0 ? 5 : 1);
        running -= 1;
      },
      noAbort,
    );
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  it('throws the first failure once the other lane, told to stop, has ended', async () => {
    const begun: number[] = [];
    let ended = false;
    const work = async (item: number, signal: AbortSignal) => {
      begun.push(item);
      if (item === 1) throw new Error('broken');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await sleep(5);
      ended = true;
      throw signal.reason;
    };
    await expect(inLanes([0, 1, 2, 3], 2, work, noAbort)).rejects.toThrow('broken');
    expect(begun).toEqual([0, 1]);
    expect(ended).toBe(true);
  });

  it('begins nothing when it was stopped before, and is content with nothing to do', async () => {
    const work = jest.fn(async () => undefined);
    await expect(inLanes([1], 2, work, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    await inLanes([], 2, work, noAbort);
    expect(work).not.toHaveBeenCalled();
  });
});
