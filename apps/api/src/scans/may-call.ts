import type { ScanCallback, TenantId } from '@assay/contracts';
import { type AddressSettings, FetchMediaError } from '@assay/fetch-media';
import { assertMayCall, CallbackError, type Ports } from '@assay/pipeline';
import { problemOf } from '../problems/problem-of';
import { problems } from '../problems/problems';

export interface CallParts {
  store: Ports['store'];
  /** Where callbacks may lead. */
  sending: AddressSettings;
}

/**
 * Refuses a callback that could never be called, before anything is done.
 *
 * @param path of the callback in the request
 * @throws ProblemError 422; StoreUnavailableError
 */
export async function refuseUncallable(
  tenant: TenantId,
  callback: ScanCallback,
  { store, sending }: CallParts,
  signal: AbortSignal,
  path = 'callback',
): Promise<void> {
  await assertMayCall(tenant, callback, store, sending, signal).catch((error: unknown) => {
    if (error instanceof FetchMediaError) throw problems.urlRefused(error.code, error.message, `${path}.url`);
    throw error instanceof CallbackError ? problemOf(error) : error;
  });
}
