import { type Hold, type QuotaKind, type QuotaUsage, ScanId } from '@assay/contracts';
import { isRedisOutage, StoreUnavailableError } from '@assay/storage';

/** Why a scan could not be asked for; nothing was written. */
export class SubmitError extends Error {
  override readonly name = 'SubmitError';

  constructor(
    readonly code: 'unknown_media' | 'file_removed' | 'unknown_policy' | 'unknown_model_set',
    message: string,
  ) {
    super(message);
  }
}

/** A hash list that cannot be read; says which row is at fault. */
export class HashListError extends Error {
  override readonly name = 'HashListError';
}

/** A decision that could not be made or taken back; nothing was written. */
export class DecisionError extends Error {
  override readonly name = 'DecisionError';

  constructor(readonly code: 'unknown_media' | 'no_decision') {
    super(code === 'unknown_media' ? 'There is no media with this id.' : 'There is no decision that stands.');
  }
}

/** A list that is not there. */
export class KnownListError extends Error {
  override readonly name = 'KnownListError';
}

/** A dead letter that nothing can be done with. */
export class DeadLetterError extends Error {
  override readonly name = 'DeadLetterError';

  constructor(readonly code: 'unknown_dead_letter' | 'scan_has_verdict') {
    super(
      code === 'unknown_dead_letter'
        ? 'There is no dead letter with this id.'
        : 'The scan has its verdict, made without this part; a verdict does not change. The dead letter can be dropped.',
    );
  }
}

/** The media was deleted while it was being worked on: there is nothing left to do, and nothing may be written. */
export class ScanGoneError extends Error {
  override readonly name: string = 'ScanGoneError';

  constructor(
    readonly scan: ScanId,
    message = 'The scan was deleted.',
  ) {
    super(message);
  }
}

/** The scan was cancelled while it was being worked on: as with one that was deleted, nothing is left to do. */
export class ScanCancelledError extends ScanGoneError {
  override readonly name = 'ScanCancelledError';

  constructor(scan: ScanId) {
    super(scan, 'The scan was cancelled.');
  }
}

/** A scan that has ended cannot be cancelled. */
export class ScanEndedError extends Error {
  override readonly name = 'ScanEndedError';

  constructor(readonly state: 'done' | 'failed') {
    super(state === 'done' ? 'The scan has its verdict.' : 'The scan has failed.');
  }
}

/** A worker has not let go of the scan's earlier run yet; it does within seconds, or its lock runs out. */
export class ScanStoppingError extends Error {
  override readonly name = 'ScanStoppingError';

  constructor() {
    super('The earlier run of the scan is still being stopped; ask again shortly.');
  }
}

/** Trying again gives the same end: goes to the dead-letter list at once. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** What is stored does not follow its schema: written by another version, or damaged. */
export class StoredDocumentError extends PermanentError {
  override readonly name = 'StoredDocumentError';

  constructor(key: string) {
    super(`The stored document ${key} does not follow its schema.`);
  }
}

/**
 * This process cannot run the model set that a scan was asked for: it is neither installed here nor registered. Another worker may
 * have it installed, so the job is handed on; never is another set taken in its place.
 */
export class ModelSetMissingError extends Error {
  override readonly name = 'ModelSetMissingError';

  constructor(readonly digest: string) {
    super(
      `No worker has the model set ${digest.slice(0, 12)} of this scan. Register it ("assay models sets add"), or submit the media again to use the present models.`,
    );
  }
}

/**
 * A job's payload is not of the form that this process knows: of a newer version, a fleet in the middle of an upgrade, or no payload of
 * ours. Another worker may know it, so the job is handed on.
 */
export class UnknownPayloadError extends Error {
  override readonly name = 'UnknownPayloadError';

  constructor(queue: string) {
    super(`No worker knows the payload of this ${queue} job: it does not follow its schema, or is of a newer version.`);
  }
}

/** What cannot be done with the registered model sets or the rollout. */
export class ModelSetError extends Error {
  override readonly name = 'ModelSetError';

  constructor(
    readonly code:
      | 'unknown_set'
      | 'bad_name'
      | 'name_taken'
      | 'set_in_use'
      | 'no_change'
      | 'nothing_before'
      | 'set_removed'
      | 'too_few_scores'
      | 'changed_meanwhile',
    message: string,
  ) {
    super(message);
  }
}

/** What cannot be done with a re-scan. */
export class RescanError extends Error {
  override readonly name = 'RescanError';

  constructor(readonly code: 'unknown_rescan' | 'same_set') {
    super(
      code === 'unknown_rescan'
        ? 'There is no re-scan with this id.'
        : 'Scans of a set cannot be judged again by the same set: it would say the same.',
    );
  }
}

/** A tenant has used what it may in this period: worth another try when the next one begins, or with a larger quota. */
export class QuotaExceededError extends PermanentError {
  override readonly name = 'QuotaExceededError';

  constructor(
    readonly lacking: QuotaKind,
    readonly usage: QuotaUsage,
  ) {
    const { quota, left, resetsAt } = usage;
    super(
      `The quota of ${quota[lacking]} ${lacking} a ${quota.period} does not suffice: ${left[lacking]} are left until ${resetsAt}.`,
    );
  }
}

/** The bytes of media went while its scan waited, and its record is still there: the scan can be asked for again once the file is back. */
export class FileRemovedError extends PermanentError {
  override readonly name = 'FileRemovedError';

  constructor() {
    super('The file of this media item is no longer there. Upload it again, then ask for the scan again.');
  }
}

/** Not one segment could be looked at: there is nothing to judge, and a verdict would be a guess. */
export class NothingSeenError extends PermanentError {
  override readonly name = 'NothingSeenError';

  constructor() {
    super('No part of the media could be looked at, each attempt failed.');
  }
}

/** A stage ran longer than its deadline. */
export class StageTimeoutError extends Error {
  override readonly name = 'StageTimeoutError';

  constructor(stage: string, milliseconds: number) {
    super(`The stage ${stage} did not finish within ${milliseconds / 1000} s.`);
  }
}

/** Reason of an abort at shutdown: the job goes back to the queue without losing an attempt. */
export class ShutdownError extends Error {
  override readonly name = 'ShutdownError';

  constructor() {
    super('The worker is stopping.');
  }
}

/** Not a failure: the job's own time has not come. It waits in the queue, without losing an attempt. */
export class LaterError extends Error {
  override readonly name = 'LaterError';

  constructor(readonly pauseMs: number) {
    super(`To be done in ${pauseMs} ms.`);
  }
}

const keepingWords = {
  unknown_media: 'There is no media with this id.',
  unknown_hold: 'There is no hold with this id.',
  unknown_erasure: 'There is no erasure with this id.',
  being_deleted: 'Something that this covers is being deleted in this moment. Ask again when it is over.',
};

/** A hold or an erasure that cannot be. */
export class KeepingError extends Error {
  override readonly name = 'KeepingError';

  constructor(readonly code: keyof typeof keepingWords) {
    super(keepingWords[code]);
  }
}

/** Nothing was deleted: the media is on hold. */
export class MediaHeldError extends Error {
  override readonly name = 'MediaHeldError';

  constructor(readonly holds: readonly Hold[]) {
    super(`On hold: ${holds.map(({ id, reason }) => `${reason} (${id})`).join('; ')}.`);
  }
}

/** What cannot be done with a webhook, or one of its deliveries. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';

  constructor(readonly code: 'unknown_webhook' | 'unknown_delivery' | 'webhook_disabled' | 'too_many_webhooks') {
    super(
      {
        unknown_webhook: 'There is no webhook with this id.',
        unknown_delivery: 'There is no delivery with this id.',
        webhook_disabled: 'The webhook is switched off; nothing is sent to it.',
        too_many_webhooks: 'There are as many webhooks as there may be; delete one first.',
      }[code],
    );
  }
}

const callbackWords = {
  no_secret: 'No secret signs callbacks yet: an admin makes one by POST /v1/callback-secret/rotate.',
  too_many_callbacks: 'This scan has as many callbacks as it may have. A webhook is told of all scans.',
};

/** A callback that cannot be. */
export class CallbackError extends Error {
  override readonly name = 'CallbackError';

  constructor(readonly code: keyof typeof callbackWords) {
    super(callbackWords[code]);
  }
}

/** Store, index or queue did not answer: what failed is not the work, and it is worth waiting for. */
export function isOutage(error: unknown): boolean {
  if (error instanceof StoreUnavailableError) return true;
  return error instanceof Error && (isRedisOutage(error) || isOutage(error.cause));
}

const ownErrors = [
  SubmitError,
  DeadLetterError,
  ScanEndedError,
  ScanStoppingError,
  ScanGoneError,
  PermanentError,
  ModelSetMissingError,
  UnknownPayloadError,
  ModelSetError,
  RescanError,
  StageTimeoutError,
  ShutdownError,
];

/** What may be told outside: our own sentences; of anything else only the kind, since messages can carry paths. */
export function safeMessage(error: unknown): string {
  if (ownErrors.some((kind) => error instanceof kind) && error instanceof Error) return error.message;
  const kind = error instanceof Error ? error.name : 'unknown';
  return `An internal error (${kind}) stopped the scan; the log of the service has the details.`;
}
