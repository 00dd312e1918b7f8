import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@assay/evaluation';
import { Service } from './service.mjs';
import { etagOf, hasMedia, isPartly, newClip, outcomeOf, submit } from './submissions.mjs';
import { openWebhooks } from './webhooks.mjs';

const scansPerTrial = 3;

/**
 * Trials on one deployment, which is new at the beginning and gone at the end. What was confirmed in one trial is looked at again
 * after the last: it must outlive all later ones.
 *
 * @param open of one way to disturb
 * @returns the round's line of the tally; `faults` are all 0 unless something was lost
 */
export async function runRound(open, { trials, seed, patienceMs, cutSeconds }) {
  const random = seededRandom(seed);
  const data = mkdtempSync(join(tmpdir(), 'assay-trials-'));
  const mode = await open({ random, seconds: cutSeconds });
  const webhooks = await openWebhooks();
  const service = new Service(data, { ...mode.env, ...webhooks.env });
  const faults = { lost: 0, stuck: 0, failed: 0, partlyRead: 0, changedVerdicts: 0 };
  const confirmed = [];
  await webhooks.register(service);

  for (let trial = 1; trial <= trials; trial += 1) {
    await service.ready();
    const startedAt = Date.now();
    const submissions = Array.from({ length: scansPerTrial }, () => submit(service, newClip(random)));
    const disturbed = await mode.disturb(service);
    const ids = await Promise.all(submissions);
    const ends = await Promise.all(ids.map((id) => outcomeOf(service, id, patienceMs)));
    ids.forEach((id, at) => confirmed.push({ ...id, etag: ends[at].etag }));
    for (const { end } of ends) if (end !== 'done') faults[end] += 1;
    const took = ((Date.now() - startedAt) / 1000).toFixed(1);
    console.log(`seed ${seed} trial ${trial}: ${disturbed}; ${ends.map(({ end }) => end).join(' ')}; ${took} s`);
  }

  const { counts, figures } = mode.calm();
  for (const { media, scan, etag } of confirmed) {
    if (!(await hasMedia(service, media))) faults.lost += 1;
    if (etag === null) continue;
    if ((await etagOf(service, scan)) !== etag) faults.changedVerdicts += 1;
    if (await isPartly(service, scan)) faults.partlyRead += 1;
  }
  const ended = confirmed.filter(({ etag }) => etag !== null).map(({ scan }) => scan);
  const told = await webhooks.count(ended, patienceMs);
  await service.stop();
  await Promise.all([mode.close(), webhooks.close()]);
  Object.assign(faults, counts, told.faults, { orphans: service.orphans });
  // What is lost is worth a look.
  if (Object.values(faults).every((count) => count === 0)) rmSync(data, { recursive: true, force: true });
  else console.log(`seed ${seed}: faults, its data stays in ${data}`);
  return { seed, trials, scans: confirmed.length, starts: service.starts, ...figures, ...told.figures, faults };
}
