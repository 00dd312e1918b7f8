import { leftAtSignal } from './testing/left-at-signal';
import { underAny } from './under-any';

/** Invariants: the first that is aborted ends the work, with its reason; nothing stays at a signal, however the work ended. */
describe('underAny', () => {
  const untilStopped = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  it.each([0, 1])('is aborted with the reason of signal %i', async (which) => {
    const controllers = [new AbortController(), new AbortController()];
    const work = underAny(
      controllers.map(({ signal }) => signal),
      untilStopped,
    );
    controllers[which]?.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(controllers.map(({ signal }) => leftAtSignal(signal))).toEqual([0, 0]);
  });

  it('is aborted from the start where one of them is', async () => {
    const { signal } = new AbortController();
    const work = underAny([signal, AbortSignal.abort(new Error('before'))], async (own) => own.throwIfAborted());
    await expect(work).rejects.toThrow('before');
    expect(leftAtSignal(signal)).toBe(0);
  });

  it.each([
    ['succeeded', async () => 'done'],
    ['failed', () => Promise.reject(new Error('no'))],
    [
      'failed at once',
      () => {
        throw new Error('no');
      },
    ],
  ])('leaves nothing at a signal when the work has %s', async (_, work) => {
    const { signal } = new AbortController();
    const during: number[] = [];
    const working = underAny([signal], () => {
      during.push(leftAtSignal(signal));
      return work();
    });
    await working.catch(() => undefined);
    expect(during).toEqual([1]);
    expect(leftAtSignal(signal)).toBe(0);
  });
});

test('what AbortSignal.any leaves is seen by this measure', () => {
  const { signal } = new AbortController();
  AbortSignal.any([signal]);
  expect(leftAtSignal(signal)).toBe(1);
});
