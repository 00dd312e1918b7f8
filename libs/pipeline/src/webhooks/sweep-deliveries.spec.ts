/**
 * Invariants: markers of the last hour have their turn in every sweep, before all others, and each older one once an hour.
 */
import { stretchesAt } from './sweep-deliveries';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const now = Date.parse('2026-11-30T12:34:56Z');
/** Names of markers begin with the time of their event. */
const isIn = (stretches: string[], ms: number): boolean => stretches.some((stretch) => String(ms).startsWith(stretch));

it('the last hour has its turn each minute, and comes first', () => {
  const due = stretchesAt(now, now - 5 * dayMs);
  for (const back of [-10 * minuteMs, 0, minuteMs, 30 * minuteMs, 60 * minuteMs])
    expect(isIn(due, now - back)).toBe(true);
  expect(due).toEqual([...due].sort().reverse());
});

it.each([0.1, 1, 3, 20, 40])('one of %d days ago has its turn once an hour', (days) => {
  const marker = now - days * dayMs;
  const turns = Array.from({ length: 60 }, (_, minute) => stretchesAt(now + minute * minuteMs, marker));
  expect(turns.filter((due) => isIn(due, marker))).toHaveLength(1);
});

it('nothing before the oldest is asked for', () => {
  expect(stretchesAt(now, now)).toHaveLength(2);
  expect(stretchesAt(now, 0).length).toBeLessThan(80);
});
