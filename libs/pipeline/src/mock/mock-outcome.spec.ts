import { mockOutcomeOf } from './mock-outcome';

const id = 'a'.repeat(64);
const named = (name: string | null, head = '') => mockOutcomeOf({ id, name }, head);

it.each([
  ['likely_manipulated.mp4', { label: 'likely_manipulated' }],
  ['Likely-Authentic (2).MOV', { label: 'likely_authentic' }],
  ['a.inconclusive.png', { label: 'inconclusive' }],
  ['rejected.bin', { rejection: 'not_media' }],
  ['rejected-too_long.mp4', { rejection: 'too_long' }],
  ['rejected-no-such-code.mp4', { rejection: 'not_media' }],
  ['scan-failed.mp4', 'failed'],
])('%s', (name, end) => {
  expect(named(name)).toEqual({ end, seconds: 0, losesFirstDelivery: false });
});

it('takes its time and loses a delivery when told', () => {
  expect(named('inconclusive-slow.mp4').seconds).toBe(5);
  expect(named('inconclusive-slow-30.mp4').seconds).toBe(30);
  expect(named('slow-999-inconclusive.mp4').seconds).toBe(600);
  expect(named('slowly.mp4').seconds).toBe(0);
  expect(named('likely_authentic-webhook_failed.mp4').losesFirstDelivery).toBe(true);
});

it('believes the first line before the name', () => {
  expect(named('likely_authentic.mp4', 'assay-mock: rejected corrupt, slow 2\nlikely_manipulated')).toEqual({
    end: { rejection: 'corrupt' },
    seconds: 2,
    losesFirstDelivery: false,
  });
  expect(named('likely_authentic.mp4', 'x assay-mock: inconclusive').end).toEqual({ label: 'likely_authentic' });
});

it('says the same of the same content, and all three of many', () => {
  const of = (digit: string) => mockOutcomeOf({ id: digit.repeat(64), name: null }, '').end;
  expect(of('1')).toEqual(of('1'));
  const labels = ['0', '1', '2', '3', '4', '5'].map((digit) => JSON.stringify(of(digit)));
  expect(new Set(labels).size).toBeGreaterThan(1);
});
