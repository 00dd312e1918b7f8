import { createHash } from 'node:crypto';
import type { ScanNews } from '@assay/contracts';

/** One action as Osprey's Kafka input reads it (`KafkaInputStream`), and no field besides. */
export interface OspreyAction {
  /** RFC 3339. */
  send_time: string;
  data: {
    action_id: number;
    /** What rules match against. */
    action_name: string;
    /** What rules read, by JSON path. */
    data: Record<string, string | number | boolean | null>;
  };
}

/** Hex digits that fit into a JSON number exactly: 13 x 4 = 52 bits. */
const idDigits = 13;

/**
 * An event of the feed or of a webhook as an action for Osprey. The same event gives the same action, with the same id.
 *
 * @returns `action_name`: `assay_verdict_published`, `assay_verdict_revised`, `assay_scan_failed` or `assay_scan_cancelled`
 */
export function ospreyActionOf({ id, type, timestamp, data }: ScanNews): OspreyAction {
  const { scan, tenant, media, policy, verdict, probability, label, labelSource, revision } = data;
  const { rejection, failure, mock } = data;
  return {
    send_time: timestamp,
    data: {
      action_id: actionIdOf(id),
      action_name: `assay_${type.replace(/\./g, '_')}`,
      data: {
        event_id: id,
        scan_id: scan,
        tenant,
        media_sha256: media,
        policy,
        verdict,
        probability,
        rejection: rejection?.code ?? null,
        failure,
        label: label ?? null,
        label_source: labelSource ?? null,
        revision: revision ?? null,
        mock: mock ?? false,
      },
    },
  };
}

/** Of the event and not of its scan: Osprey keeps one result for an id, and a scan has several events. */
const actionIdOf = (event: string): number =>
  parseInt(createHash('sha256').update(event).digest('hex').slice(0, idDigits), 16);
