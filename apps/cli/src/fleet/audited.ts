import { type AuditFact, AuditLog, DeadLetterError, HashListError, KnownListError } from '@assay/pipeline';
import type { ObjectStore } from '@assay/storage';
import { CliError } from '../exit';
import { operatorName } from './operator-name';

/** What a command did, as the audit log says it. */
export type Did = Pick<AuditFact, 'action' | 'object'> & Partial<Pick<AuditFact, 'tenant' | 'outcome'>>;

const refusals = [CliError, DeadLetterError, HashListError, KnownListError];

/** Where the store is decides who may do this; that it was done is noted all the same, behind what the API has noted. */
export async function noteInAudit(store: ObjectStore, { tenant = null, outcome = 'done', ...did }: Did): Promise<void> {
  const at = new Date().toISOString();
  const fact = { ...did, at, actor: `cli:${operatorName()}`, tenant, outcome, status: null, requestId: null };
  // Not ended by whoever interrupts the command: what is noted has been done.
  await new AuditLog(store).append(fact, new AbortController().signal);
}

/**
 * Does what changes something, and notes how it ended.
 *
 * @param object what it was about, where only the result says it
 */
export async function audited<T>(
  store: ObjectStore,
  did: Did,
  work: () => Promise<T>,
  object: (result: T) => Record<string, string> = () => ({}),
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    const outcome = refusals.some((kind) => error instanceof kind) ? 'refused' : 'failed';
    // What a person is to be told of is the first failure.
    await noteInAudit(store, { ...did, outcome }).catch(() => undefined);
    throw error;
  }
  await noteInAudit(store, { ...did, object: { ...did.object, ...object(result) } });
  return result;
}
