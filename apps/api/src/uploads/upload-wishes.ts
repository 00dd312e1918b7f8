import { defaultPolicy, Lane, Subject } from '@assay/contracts';
import type { Ports } from '@assay/pipeline';
import { problems } from '../problems/problems';

type Metadata = Record<string, string | null>;

/** What the sender wants to come of the upload, as its `Upload-Metadata` says. */
export interface UploadWishes {
  name: string | null;
  /** Whom it is about. */
  subject: Subject | null;
  /** Policy of the scan that is asked for at the end; null = no scan. */
  scanPolicy: string | null;
  /** How urgent that scan is. */
  scanPriority: Lane | undefined;
}

/**
 * `filename`; `subject`; `scan` (`true`) or `policy` (an id) for a scan at the end, `priority` (a lane) for its urgency. tus sends a key alone for "yes".
 * Other keys are the sender's own.
 */
export function wishesOf(metadata: Metadata | undefined): UploadWishes {
  const { filename = null, policy = null, subject = null, scan, priority } = metadata ?? {};
  const wanted = policy !== null || scan === 'true' || scan === null;
  const scanPolicy = wanted ? (policy ?? defaultPolicy.id) : null;
  return { name: filename, subject, scanPolicy, scanPriority: Lane.safeParse(priority).data };
}

/** What can be known to fail at the end is refused before the first byte. @throws ProblemError */
export function checkWishes(metadata: Metadata | undefined, { policies }: Pick<Ports, 'policies'>): void {
  const scan = metadata?.['scan'] ?? 'true';
  if (scan !== 'true' && scan !== 'false') {
    throw problems.invalid([{ path: 'Upload-Metadata.scan', message: 'must be "true" or "false"' }]);
  }
  if (!Lane.optional().safeParse(metadata?.['priority']).success) {
    const message = `must be one of ${Lane.options.join(', ')}`;
    throw problems.invalid([{ path: 'Upload-Metadata.priority', message }]);
  }
  const { scanPolicy, subject } = wishesOf(metadata);
  if (subject !== null && !Subject.safeParse(subject).success) {
    throw problems.invalid([{ path: 'Upload-Metadata.subject', message: 'must be 1 to 255 characters of text' }]);
  }
  if (scanPolicy !== null && !policies.has(scanPolicy)) {
    throw problems.unknownPolicy(`There is no policy "${scanPolicy}". Known: ${[...policies.keys()].join(', ')}.`);
  }
}
