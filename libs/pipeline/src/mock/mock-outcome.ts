import { type MediaRecord, type RejectionCode, RejectionCode as RejectionCodes } from '@assay/contracts';

const labels = ['likely_manipulated', 'likely_authentic', 'inconclusive'] as const;
export type MockLabel = (typeof labels)[number];

/** What is to become of a mock scan. */
export interface MockOutcome {
  end: { label: MockLabel } | { rejection: RejectionCode } | 'failed';
  /** How long the scan seems to take, seconds. */
  seconds: number;
  /** The first try of each webhook for this scan reaches nobody. */
  losesFirstDelivery: boolean;
}

const slowSeconds = 5;
const slowestSeconds = 600;
/** First line of a file that says itself what is to become of it. */
const directive = /^assay-mock:([^\r\n]*)/;
/** Bytes of a file in which the directive is looked for. */
export const directiveBytes = 256;

/**
 * Reads what is wanted from the file's first line (`assay-mock: ...`), else from its name, else takes one of the three
 * labels by the hash of the content: the same bytes always end in the same way.
 *
 * @param head the first `directiveBytes` of the content
 */
export function mockOutcomeOf({ id, name }: Pick<MediaRecord, 'id' | 'name'>, head: string): MockOutcome {
  const words = `_${(directive.exec(head)?.[1] ?? name ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '_')}_`;
  const says = (word: string): boolean => words.includes(`_${word}_`);
  const slow = /_slow_(\d{1,3})?/.exec(words);
  return {
    end: endOf(says) ?? { label: labels[parseInt(id.slice(0, 8), 16) % labels.length] ?? 'inconclusive' },
    seconds: slow ? Math.min(Number(slow[1] ?? slowSeconds), slowestSeconds) : 0,
    losesFirstDelivery: says('webhook_failed'),
  };
}

function endOf(says: (word: string) => boolean): MockOutcome['end'] | null {
  if (says('scan_failed')) return 'failed';
  const code = RejectionCodes.options.find((option) => says(`rejected_${option}`));
  if (code) return { rejection: code };
  if (says('rejected')) return { rejection: 'not_media' };
  const label = labels.find(says);
  return label ? { label } : null;
}
