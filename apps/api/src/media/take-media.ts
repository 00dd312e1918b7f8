import { accepted, type ScanId, type TenantId } from '@assay/contracts';
import { intake, type Intake, type Ports, type ScanQueues } from '@assay/pipeline';
import type { AddressSettings } from '@assay/fetch-media';
import { withinQuota } from '../quotas/upload-room';
import { scanTaken } from '../uploads/scan-taken';
import { checkValues, checkWishes, type Metadata, type PathOf, wishesOf } from '../uploads/upload-wishes';
import type { FormFields } from './form-fields';
import type { MediaTaker } from './receive-media';

export interface TakenMedia extends Intake {
  /** The scan that a form asked for. */
  scan: ScanId | null;
  /** As they were sent. */
  fields: FormFields;
}

export interface TakeParts {
  ports: Ports;
  queues: ScanQueues;
  /** Where callbacks may lead. */
  sending: AddressSettings;
}

/**
 * Takes an upload in, and asks for the scan that its form wants as an upload by tus would.
 *
 * @param declared how many bytes are coming, as the sender says; null where he does not
 */
export function takeMedia(
  tenant: TenantId,
  declared: number | null,
  { ports, queues, sending }: TakeParts,
  signal: AbortSignal,
): MediaTaker<TakenMedia> {
  return {
    check: (said) => checkValues(said, ports, inForm),
    async approve(said, isAll) {
      // What asks for the scan may come behind the file.
      if (!isAll && wishesOf(said).scanPolicy === null) return;
      await checkWishes(tenant, said, { ports, sending }, signal, inForm);
    },
    async take(file, beside) {
      const saidAtEnd = async () => nameAndSubject((await beside()).said);
      const outcome = await withinQuota(
        ports,
        { tenant, declared },
        (room) => intake(file, { tenant, name: null, saidAtEnd, room }, ports, signal),
        signal,
      );
      if (!outcome.ok) return outcome;
      const { said, fields } = await beside();
      const { scanPolicy: policy, scanPriority: priority, scanCallback } = wishesOf(said);
      const wanted = policy === null ? null : { tenant, media: outcome.value.media.id, policy, priority };
      const scan = wanted && (await scanTaken(wanted, scanCallback, { ...ports, queues }, signal));
      return accepted({ ...outcome.value, scan, fields });
    },
  };
}

const inForm: PathOf = (key) => key;

function nameAndSubject(said: Metadata) {
  const { name, subject } = wishesOf(said);
  return { name, subject };
}
