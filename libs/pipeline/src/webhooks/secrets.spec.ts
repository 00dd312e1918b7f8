/** A rotation leaves the secret that the receiver has: of two that sign, one is always it. */
import { keys } from '../keys';
import { loseAnswer } from '../testing/lose-answer';
import { noAbort, testPorts } from '../testing/test-ports';
import { callbackSecrets, liveSecrets, renewSecret } from './secrets';

const holder = callbackSecrets('acme');

it('keeps the secret before, also where the answer to a write was lost', async () => {
  const ports = await testPorts();
  const rotate = () => renewSecret(holder, { overlapSeconds: 3_600 }, ports.store, noAbort);
  const first = await rotate();
  loseAnswer(ports.store, (key) => key === keys.webhookSecret(holder, 2));
  const second = await rotate();
  expect(second.number).toBe(2);
  expect((await liveSecrets(holder, ports.store, noAbort)).map(({ key }) => key)).toEqual([second.key, first.key]);
  jest.restoreAllMocks();
  await ports.close();
});

it('is two secrets for two who rotate at once', async () => {
  const ports = await testPorts();
  const rotate = () => renewSecret(holder, { overlapSeconds: 3_600 }, ports.store, noAbort);
  const made = await Promise.all([rotate(), rotate(), rotate()]);
  expect(made.map(({ number }) => number).sort()).toEqual([1, 2, 3]);
  await ports.close();
});
