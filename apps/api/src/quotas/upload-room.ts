import { randomUUID } from 'node:crypto';
import type { Outcome, TenantId } from '@assay/contracts';
import type { Intake, IntakeOptions, Ports } from '@assay/pipeline';

/** Room is held in steps of this, where nobody says how much is coming, bytes. */
const stepBytes = 16 * 1024 ** 2;
/** Room is held this long after it was last asked for: an upload that moves no byte for a minute is cut off, ms. */
const holdMs = 10 * 60_000;
/** Room is asked for again after this, so that a slow upload does not lose it, ms. */
const renewMs = holdMs / 2;

type Room = NonNullable<IntakeOptions['room']>;

/**
 * Takes media in while its bytes have room in the tenant's quota: held from before the first byte, settled by what came of it.
 *
 * @param declared how many bytes are coming, as the sender says; null where he does not
 * @throws QuotaExceededError; at once, or when more comes than there is room for
 */
export async function withinQuota(
  { quotas, log }: Pick<Ports, 'quotas' | 'log'>,
  { tenant, declared }: { tenant: TenantId; declared: number | null },
  take: (room: Room) => Promise<Outcome<Intake>>,
  signal: AbortSignal,
): Promise<Outcome<Intake>> {
  if (!quotas) return take(() => null);
  const id = randomUUID();
  let held = declared ?? 1;
  let askedAt = Date.now();
  const ask = async (bytes: number): Promise<void> => {
    await quotas.reserve(tenant, { id, bytes, holdMs }, signal);
    [held, askedAt] = [bytes, Date.now()];
  };
  const room: Room = (bytes) => {
    if (bytes > held) return ask(Math.max(bytes, held + stepBytes)).catch(() => ask(bytes));
    return Date.now() - askedAt > renewMs ? ask(held) : null;
  };
  let taken: { bytes: number } | null = null;
  try {
    await ask(held);
    const outcome = await take(room);
    if (outcome.ok && outcome.value.created) taken = { bytes: outcome.value.media.bytes };
    return outcome;
  } finally {
    // The signal may be what ended it; the room must be given back all the same.
    await quotas.settle(tenant, id, taken, new AbortController().signal).catch((error: unknown) => {
      log.error({ tenant, err: error }, 'an upload was not counted to the quota of its tenant');
    });
  }
}
