import type { CreateRescan } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { resolveModelSet } from '../model-sets/registry';
import { readRollout } from '../model-sets/rollout-reader';
import type { RescanQuery } from './rescans';

const digest = /^[0-9a-f]{64}$/;

/**
 * A request with sets by their digests. A set that is not registered any more can be named by its whole digest: its verdicts are
 * still there.
 *
 * @param installed digest of the set that judges where none was promoted
 * @throws ModelSetError `unknown_set`
 */
export async function planRescan(
  { set, between, since, to, dryRun }: Omit<CreateRescan, 'dryRun'> & { dryRun?: boolean | undefined },
  installed: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<RescanQuery> {
  const resolve = async (ref: string): Promise<string> => {
    if (digest.test(ref)) return ref;
    // People take the digits from a verdict of the installed set as well.
    return resolveModelSet(ref, installed, store, signal);
  };
  const live = async (): Promise<string> => (await readRollout(store, null, signal))?.live ?? installed;
  return {
    set: await resolve(set),
    between,
    since: since ?? null,
    to: to === undefined ? await live() : await resolve(to),
    dryRun: dryRun ?? false,
  };
}
