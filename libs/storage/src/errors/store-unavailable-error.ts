/**
 * The store or the index did not answer, or refused for a reason that may pass (network, overload, credentials being
 * rotated, disk full). The caller may try again; nothing was lost, and nothing half-written can be seen.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';

  constructor(what: string, cause?: unknown) {
    super(`${what}${reasonOf(cause)}`, { cause });
  }
}

/** Error codes and classes are safe to show; messages of the drivers may hold addresses and are kept in `cause`. */
function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const name = 'name' in cause && typeof cause.name === 'string' ? cause.name : undefined;
  return code || name ? ` (${code ?? name})` : '';
}
