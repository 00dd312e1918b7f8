import { setTimeout as sleep } from 'node:timers/promises';
import type { TestApi } from './api';
import { insist } from './insist';
import { newClip } from './new-clip';

const pollMs = 100;
/** Locks run out, sweeps come once a minute and machines are busy; what is not there by then was lost. */
const patienceMs = 300_000;

/** Waits until something holds; says what did not in time, which a test's own limit would not. */
export async function untilTrue(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; !(await holds()); await sleep(pollMs))
    if (Date.now() > deadline) throw new Error(`Waited ${patienceMs / 1000} s, in vain: ${what}`);
}

/** Uploads and asks as a careful caller: a clip for tens, else a still; every number is media of its own. */
export async function submitScan({ client }: TestApi, number: number): Promise<string> {
  const bytes = new Uint8Array(newClip(number % 10 === 0 ? 'swapped-a.mp4' : 'still.jpg', number));
  const media = await insist(() => client.uploadMedia(new Blob([bytes])));
  return (await insist(() => client.createScan({ media: media.id }))).id;
}

/** Waits for a state of a scan; one that failed meanwhile throws. */
export async function untilScan({ client }: TestApi, id: string, reached: (state: string) => boolean): Promise<void> {
  await untilTrue(`scan ${id} in another state`, async () => {
    const { state, failure } = await insist(() => client.getScan(id));
    if (state === 'failed') throw new Error(`Scan ${id} failed: ${JSON.stringify(failure)}`);
    return reached(state);
  });
}

/** The mark of an open scan goes last, after what its verdict sets off; where that was cut off, by the next sweep. */
export const untilClosed = (api: TestApi): Promise<void> =>
  untilTrue('no scan open', async () => !(await api.stored()).some((key) => key.startsWith('open/')));
