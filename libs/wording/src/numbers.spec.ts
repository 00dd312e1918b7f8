/** What holds: a number is rounded before its form and unit are chosen. */
import { byteSize, clock, duration } from './numbers';

it.each([
  [0, '0.0 s'],
  [3.42, '3.4 s'],
  [59.94, '59.9 s'],
  [59.96, '1:00'],
  [65.97, '1:05'],
  [3725, '1:02:05'],
])('clock(%d) is %s', (seconds, text) => expect(clock(seconds)).toBe(text));

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_960, '100 kB'],
  [999_499, '999 kB'],
  [999_999, '1.0 MB'],
  [12_345_678, '12.3 MB'],
  [5e15, '5000 TB'],
])('byteSize(%d) is %s', (bytes, text) => expect(byteSize(bytes)).toBe(text));

it.each([
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
])('duration(%d) is %s', (ms, text) => expect(duration(ms)).toBe(text));
