import { setTimeout as sleep } from 'node:timers/promises';

/** For one more than may come at once to come, too, ms. */
const waitMs = 50;

/** Holds all who come until `size` of them are there at once, so that how many do depends on no clock; the others pass. */
export function openCrowd(size: number): {
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Who were there at the same time. */
  most(): number;
} {
  let [there, most] = [0, 0];
  let open = (): void => undefined;
  const complete = new Promise<void>((resolve) => (open = resolve));
  return {
    async pass(work) {
      most = Math.max(most, (there += 1));
      if (there === size) void sleep(waitMs).then(open);
      await complete;
      try {
        return await work();
      } finally {
        there -= 1;
      }
    },
    most: () => most,
  };
}
