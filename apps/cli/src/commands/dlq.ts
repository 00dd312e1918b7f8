import type { DeadLetter, DeadLetterQueue } from '@assay/contracts';
import { DeadLetterError, dropDeadLetter, getDeadLetter, listDeadLetters, retryDeadLetter } from '@assay/pipeline';
import pc from 'picocolors';
import { CliError, ExitCode } from '../exit';
import { audited } from '../fleet/audited';
import type { Fleet } from '../fleet/open-fleet';
import { withFleet } from '../fleet/with-fleet';

export interface DlqOptions {
  data?: string;
  json?: boolean;
  queue?: DeadLetterQueue;
  all?: boolean;
}

/** More than all queues keep together. */
const everything = 10_000;

export function dlqList(options: DlqOptions): Promise<ExitCode> {
  return withFleet(options, async (fleet) => {
    const list = await listDeadLetters(fleet.queues, {
      ...(options.queue ? { queue: options.queue } : {}),
      limit: everything,
    });
    if (options.json) console.log(JSON.stringify(list));
    else if (list.total === 0) console.log('no dead letters');
    else for (const letter of list.deadLetters) console.log(lineOf(letter));
    return ExitCode.ok;
  });
}

export function dlqShow(id: string, options: DlqOptions): Promise<ExitCode> {
  return withFleet(options, async (fleet) => {
    const letter = await getDeadLetter(fleet.queues, id).catch(forPerson(id));
    if (options.json) console.log(JSON.stringify(letter));
    else for (const [name, value] of Object.entries(letter)) console.log(`${pc.dim(name.padEnd(12))} ${value ?? '-'}`);
    return ExitCode.ok;
  });
}

export const dlqRetry = (ids: string[], options: DlqOptions): Promise<ExitCode> =>
  forEach(ids, options, { verb: 'retry', done: 'put back' }, retryDeadLetter);

export const dlqDrop = (ids: string[], options: DlqOptions): Promise<ExitCode> =>
  forEach(ids, options, { verb: 'drop', done: 'dropped' }, dropDeadLetter);

/** @returns `failed` when something was left as it is */
function forEach(
  ids: string[],
  options: DlqOptions,
  { verb, done }: { verb: string; done: string },
  action: typeof retryDeadLetter,
): Promise<ExitCode> {
  if (options.all ? ids.length > 0 : ids.length === 0)
    throw new CliError('Name dead letters, or give --all.', ExitCode.usage);
  return withFleet(options, async (fleet, signal) => {
    const chosen = options.all ? await allIds(fleet, options) : ids;
    const changed: DeadLetter[] = [];
    const left: { id: string; reason: string }[] = [];
    for (const id of chosen) {
      signal.throwIfAborted();
      try {
        const did = { action: `dlq ${verb}`, object: { letter: id } };
        changed.push(await audited(fleet.store, did, () => action(fleet, fleet.queues, id, signal)));
        if (!options.json) console.log(`${done}: ${id}`);
      } catch (error) {
        if (!(error instanceof DeadLetterError)) throw error;
        // With --all: gone since the list was made, by another's hand or with another dead letter of the same scan.
        if (options.all && error.code === 'unknown_dead_letter') continue;
        left.push({ id, reason: error.message });
        if (!options.json) process.stderr.write(`left: ${id}: ${error.message}\n`);
      }
    }
    if (options.json) console.log(JSON.stringify({ changed, left }));
    return left.length > 0 ? ExitCode.failed : ExitCode.ok;
  });
}

async function allIds({ queues }: Fleet, { queue }: DlqOptions): Promise<string[]> {
  const { deadLetters } = await listDeadLetters(queues, { ...(queue ? { queue } : {}), limit: everything });
  return deadLetters.map(({ id }) => id);
}

const lineOf = ({ id, failedAt, attempts, maxAttempts, reason }: DeadLetter): string =>
  `${pc.bold(id)}  ${pc.dim(`since ${failedAt}, attempt ${attempts} of ${maxAttempts}`)}  ${reason}`;

const forPerson =
  (id: string) =>
  (error: unknown): never => {
    throw error instanceof DeadLetterError ? new CliError(`${id}: ${error.message}`) : error;
  };
