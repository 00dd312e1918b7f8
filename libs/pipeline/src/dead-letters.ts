import {
  type DeadLetter,
  type DeadLetterId,
  type DeadLetterQueue,
  DeliverJob,
  isOpenScan,
  ScanId,
  type DeadLetterList,
} from '@assay/contracts';
import type { Job } from 'bullmq';
import { DeadLetterError, PermanentError } from './errors';
import { failScan } from './fail-scan';
import { keys } from './keys';
import type { ScanQueues } from './open-queues';
import type { Ports } from './ports';
import { queueNames } from './queues';
import { restartScan } from './restart-scan';
import { findScan } from './scan-state';

type LetterPorts = Pick<Ports, 'store' | 'index' | 'log' | 'outbox'>;

/** @returns the newest first, of one queue or of all */
export async function listDeadLetters(
  queues: ScanQueues,
  { queue, limit }: { queue?: DeadLetterQueue; limit: number },
): Promise<DeadLetterList> {
  const names = queue ? [queue] : queueNames;
  const [pages, counts] = await Promise.all([
    Promise.all(
      names.map(async (name) => (await queues[name].getFailed(0, limit - 1)).map((job) => letterOf(name, job))),
    ),
    Promise.all(names.map((name) => queues[name].getFailedCount())),
  ]);
  const newestFirst = pages.flat().sort((a, b) => Date.parse(b.failedAt) - Date.parse(a.failedAt));
  return { deadLetters: newestFirst.slice(0, limit), total: counts.reduce((sum, count) => sum + count, 0) };
}

/** @throws DeadLetterError `unknown_dead_letter` */
export async function getDeadLetter(queues: ScanQueues, id: DeadLetterId): Promise<DeadLetter> {
  const { queue, job } = await find(queues, id);
  return letterOf(queue, job);
}

/**
 * Puts a job back, with fresh attempts. A scan that had failed is started anew, as its other jobs are gone or belong to
 * the failure: its stages use what they left in the store, so only what is missing is done again, and the other dead
 * letters of the same scan go with it. A shadow changes no verdict, and belongs to a scan that has its own: of that, only the job is
 * tried again.
 *
 * @returns the dead letter that it was
 * @throws DeadLetterError `unknown_dead_letter` | `scan_has_verdict`
 */
export async function retryDeadLetter(
  ports: LetterPorts,
  queues: ScanQueues,
  id: DeadLetterId,
  signal: AbortSignal,
): Promise<DeadLetter> {
  const { queue, job, letter, scan } = await findWithScan(ports, queues, id, signal);
  const stage = queue === 'shadow' ? null : scan;
  if (stage?.state === 'done') throw new DeadLetterError('scan_has_verdict');
  if (stage?.state === 'failed') await restartScan(stage, ports, queues, signal);
  else await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  return letter;
}

/**
 * Removes a dead letter. A scan that it keeps from ending is left `failed`, with the reason; without a part that could
 * not be looked at, a scan goes on.
 *
 * @throws DeadLetterError `unknown_dead_letter`
 */
export async function dropDeadLetter(
  ports: LetterPorts,
  queues: ScanQueues,
  id: DeadLetterId,
  signal: AbortSignal,
): Promise<DeadLetter> {
  const { queue, job, letter, scan } = await findWithScan(ports, queues, id, signal);
  // Before the job goes: cut off in between, the dead letter is still there for who tries again.
  if (scan && isOpenScan(scan) && (queue === 'plan' || queue === 'judge'))
    await failScan(scan.id, new PermanentError(letter.reason), ports, signal);
  if (queue === 'deliver') await forgetDelivery(job, ports, signal);
  await job.remove();
  return letter;
}

/** Without its marker nobody puts it on its way again; the webhook's log still shows it. */
async function forgetDelivery(job: Job, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<void> {
  const { data } = DeliverJob.safeParse(job.data);
  if (data) await store.delete(keys.pendingDelivery(data.webhook, data.delivery), signal);
}

async function find(queues: ScanQueues, id: DeadLetterId): Promise<{ queue: DeadLetterQueue; job: Job }> {
  const dot = id.indexOf('.');
  const queue = queueNames.find((name) => name === id.slice(0, dot));
  const job = queue && (await queues[queue].getJob(id.slice(dot + 1)));
  if (!queue || !job || !(await job.isFailed())) throw new DeadLetterError('unknown_dead_letter');
  return { queue, job };
}

/** `scan` is null when the job names none, or one that was deleted. */
async function findWithScan(ports: LetterPorts, queues: ScanQueues, id: DeadLetterId, signal: AbortSignal) {
  const { queue, job } = await find(queues, id);
  const letter = letterOf(queue, job);
  return { queue, job, letter, scan: letter.scan === null ? null : await findScan(letter.scan, ports, signal) };
}

function letterOf(queue: DeadLetterQueue, job: Job): DeadLetter {
  // Payloads that follow no schema end here as well.
  const { scan, segment } = Object(job.data) as { scan?: unknown; segment?: unknown };
  return {
    id: `${queue}.${job.id ?? ''}`,
    queue,
    job: job.id ?? '',
    scan: ScanId.safeParse(scan).data ?? null,
    segment: Number.isSafeInteger(segment) ? Number(segment) : null,
    attempts: job.attemptsMade,
    maxAttempts: job.opts.attempts ?? 1,
    reason: job.failedReason ?? 'unknown',
    failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
  };
}
