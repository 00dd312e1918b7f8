import { createHash } from 'node:crypto';
import type { Rollout, ScanId, ScanRecord, Trial } from '@assay/contracts';

/** Bits of the hash that become a fraction: fewer than a double holds, far more than a share needs. */
const fractionBytes = 6;

/**
 * Whether a scan is in the share of a trial: a function of its id and the set on trial alone, so that every process says the same,
 * a share that is raised keeps what it had, and another trial draws another part of the traffic.
 */
export function isInTrial(trial: Trial | null | undefined, role: 'canary' | 'shadow', scan: ScanId): boolean {
  if (!trial) return false;
  const digest = createHash('sha256').update(`${role}:${trial.set}:${scan}`).digest();
  return digest.readUIntBE(0, fractionBytes) / 2 ** (8 * fractionBytes) < trial.share;
}

/**
 * The set that judges new traffic.
 *
 * @param idUnder the id that the scan has under a set: its place in the traffic is that of its id under the live set
 */
export function judgingSet(rollout: Rollout | null, installed: string, idUnder: (set: string) => ScanId): string {
  const live = rollout?.live ?? installed;
  const canary = rollout?.canary;
  return canary && isInTrial(canary, 'canary', idUnder(live)) ? canary.set : live;
}

/** The set that scores a scan in shadow; null where none is to. */
export function shadowOf(
  { id, modelSet }: Pick<ScanRecord, 'id' | 'modelSet'>,
  rollout: Rollout | null,
): string | null {
  const shadow = rollout?.shadow;
  return shadow && shadow.set !== modelSet && isInTrial(shadow, 'shadow', id) ? shadow.set : null;
}
