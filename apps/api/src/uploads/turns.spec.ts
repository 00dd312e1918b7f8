/** Invariants: no more run at once than may, in the order in which they came, and one that fails makes room like any other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from './turns';

it('lets so many run at once, in their order, whatever becomes of them', async () => {
  const turns = new Turns(3);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const works = Array.from({ length: 20 }, (_, n) =>
    turns.run(async () => {
      begun.push(n);
      most = Math.max(most, (running += 1));
      await sleep(n % 4);
      running -= 1;
      if (n % 5 === 0) throw new Error('broken');
      return n;
    }),
  );
  const ends = await Promise.allSettled(works);
  expect([most, running]).toEqual([3, 0]);
  expect(begun).toEqual([...begun].sort((a, b) => a - b));
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(4);
});
