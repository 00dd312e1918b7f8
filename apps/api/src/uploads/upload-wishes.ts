import { defaultPolicy, Lane, ScanCallback, Subject, type TenantId } from '@assay/contracts';
import type { AddressSettings } from '@assay/fetch-media';
import type { Ports } from '@assay/pipeline';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { refuseUncallable } from '../scans/may-call';

/** What a sender says of his upload: of tus by `Upload-Metadata`, of a form by its fields. */
export type Metadata = Record<string, string | null>;

/** What the sender wants to come of the upload, as its `Upload-Metadata` says. */
export interface UploadWishes {
  name: string | null;
  /** Whom it is about. */
  subject: Subject | null;
  /** Policy of the scan that is asked for at the end; null = no scan. */
  scanPolicy: string | null;
  /** How urgent that scan is. */
  scanPriority: Lane | undefined;
  /** Whom to call when something has become of it. */
  scanCallback: ScanCallback | null;
}

/**
 * `filename`; `subject`; `scan` (`true`) or `policy` (an id) for a scan at the end, `priority` (a lane) for its urgency; `callback`
 * (JSON) for who is called. tus sends a key alone for "yes". Other keys are the sender's own.
 */
export function wishesOf(metadata: Metadata | undefined): UploadWishes {
  const { filename = null, policy = null, subject = null, scan, priority, callback } = metadata ?? {};
  const wanted = policy !== null || scan === 'true' || scan === null;
  const scanPolicy = wanted ? (policy ?? defaultPolicy.id) : null;
  // What was not usable was refused at the beginning.
  const scanCallback = ScanCallback.safeParse(jsonOf(callback)).data ?? null;
  return { name: filename, subject, scanPolicy, scanPriority: Lane.safeParse(priority).data, scanCallback };
}

/** @returns undefined for what is no JSON */
function jsonOf(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

export interface WishParts {
  ports: Pick<Ports, 'policies' | 'store'>;
  /** Where callbacks may lead. */
  sending: AddressSettings;
}

/** Where a sender finds a key that is wrong. */
export type PathOf = (key: string) => string;
const inMetadata: PathOf = (key) => `Upload-Metadata.${key}`;

/** What can be known to fail at the end is refused before the first byte. @throws ProblemError; StoreUnavailableError */
export async function checkWishes(
  tenant: TenantId,
  metadata: Metadata | undefined,
  { ports, sending }: WishParts,
  signal: AbortSignal,
  pathOf = inMetadata,
): Promise<void> {
  checkValues(metadata, ports, pathOf);
  if (metadata?.['callback'] === undefined) return;
  const path = pathOf('callback');
  const given = jsonOf(metadata['callback']);
  if (given === undefined) throw problems.invalid([{ path, message: 'must be JSON' }]);
  const callback = new ZodPipe(ScanCallback, path).transform(given);
  if (wishesOf(metadata).scanPolicy === null) {
    throw problems.invalid([{ path, message: 'needs a scan: ask for one by "scan" or "policy"' }]);
  }
  await refuseUncallable(tenant, callback, { store: ports.store, sending }, signal, path);
}

/** Each value for itself. @throws ProblemError */
export function checkValues(
  metadata: Metadata | undefined,
  { policies }: Pick<Ports, 'policies'>,
  pathOf: PathOf,
): void {
  const scan = metadata?.['scan'] ?? 'true';
  if (scan !== 'true' && scan !== 'false') {
    throw problems.invalid([{ path: pathOf('scan'), message: 'must be "true" or "false"' }]);
  }
  if (!Lane.optional().safeParse(metadata?.['priority']).success) {
    const message = `must be one of ${Lane.options.join(', ')}`;
    throw problems.invalid([{ path: pathOf('priority'), message }]);
  }
  const { scanPolicy, subject } = wishesOf(metadata);
  if (subject !== null && !Subject.safeParse(subject).success) {
    throw problems.invalid([{ path: pathOf('subject'), message: 'must be 1 to 255 characters of text' }]);
  }
  if (scanPolicy !== null && !policies.has(scanPolicy)) {
    throw problems.unknownPolicy(`There is no policy "${scanPolicy}". Known: ${[...policies.keys()].join(', ')}.`);
  }
}
