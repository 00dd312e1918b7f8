/**
 * What holds: who waits for a verdict gets it although the service goes away after the last event; a scan that ended without
 * one is told as that, also when it is gone by then; a refusal is told at once, and a caller who gives up is let go.
 */
import type { ScanEvent, ScanStatus, Verdict } from '@assay/contracts';
import { AssayError, AssayUnreachableError, ScanEndedError } from './assay-error';
import { waitForVerdict } from './wait-for-verdict';

const refusal = (status: number) => new AssayError({ type: 'about:blank', title: 'x', status });
const away = new AssayUnreachableError(new Error('no connection'));

/** A scan that ends in a state; what is asked after that gives these, one by one. */
function clientOf(state: ScanEvent['state'], answers: (object | Error)[]) {
  const asked: string[] = [];
  const next = async (what: string) => {
    asked.push(what);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  async function* events(): AsyncGenerator<ScanEvent, void, void> {
    yield { state } as ScanEvent;
  }
  const getScan = () => next('scan') as Promise<ScanStatus>;
  const getVerdict = () => next('verdict') as Promise<Verdict>;
  return { asked, events, getScan, getVerdict };
}

it('waits for a service that goes away after the last event', async () => {
  const client = clientOf('done', [away, refusal(503), { verdict: 'likely_authentic' }]);
  expect(await waitForVerdict(client, 'sc_1', undefined)).toEqual({ verdict: 'likely_authentic' });
  expect(client.asked).toHaveLength(3);
  const failed = clientOf('failed', [away, { failure: 'No decoder.' }]);
  await expect(waitForVerdict(failed, 'sc_1', undefined)).rejects.toThrow('No decoder.');
});

it.each(['cancelled', 'failed'] as const)('tells a scan that was %s, and is gone by now, as that', async (state) => {
  const error = await waitForVerdict(clientOf(state, [refusal(404)]), 'sc_1', undefined).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ScanEndedError);
  expect(error).toMatchObject({ scan: 'sc_1', state });
});

it('tells a refusal at once', async () => {
  const client = clientOf('done', [refusal(403)]);
  await expect(waitForVerdict(client, 'sc_1', undefined)).rejects.toMatchObject({ name: 'AssayError', status: 403 });
  expect(client.asked).toHaveLength(1);
});

it('lets go of a caller who gives up', async () => {
  const stop = new AbortController();
  const client = clientOf('done', [away, away]);
  const waiting = waitForVerdict(client, 'sc_1', undefined, stop.signal);
  while (client.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(client.asked).toHaveLength(1);
});
