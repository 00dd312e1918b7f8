import { queueSettings } from '@assay/pipeline';
import { outagePauseMs } from './outage-pause';

const hourMs = 3_600_000;

it('grows to a minute, with half of it by chance', () => {
  expect([0, 1, 2, 3].map((before) => outagePauseMs(before, 0))).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect([0, 5, 500].map((before) => outagePauseMs(before, 0.999_999))).toEqual([2_000, 60_000, 60_000]);
});

it('lets a scan outlast a night', () => {
  const { maxOutagePauses } = queueSettings.look;
  const total = (at: number): number =>
    Array.from({ length: maxOutagePauses }, (_, before) => outagePauseMs(before, at)).reduce((a, b) => a + b, 0);
  // By chance three quarters of the pauses on the average.
  expect(total(0.5)).toBeGreaterThan(8 * hourMs);
  expect(total(1)).toBeLessThan(12 * hourMs);
});
