import type { Problem, Rejection } from '@assay/contracts';
import type { QuotaExceededError } from '@assay/pipeline';
import { problemTypePrefix } from './catalogue';
import { ProblemError } from './problem-error';

type FieldError = NonNullable<Problem['errors']>[number];
interface Extras {
  errors?: FieldError[];
  quota?: Problem['quota'];
  headers?: Record<string, string>;
}

/** Pause that callers should make before they ask again, seconds. */
const retrySeconds = { verdict: 2, idempotency: 2, upload: 1, unavailable: 5, storage: 60 };

/** RFC 9457. @param detail is shown to the caller: never a path, a key, a stack or another tool's message */
function problem(code: string, status: number, title: string, detail: string, extras: Extras = {}): ProblemError {
  const { headers, ...members } = extras;
  return new ProblemError({ type: problemTypePrefix + code, title, status, detail, ...members }, headers);
}

/** Every refusal that this service knows, by name. What callers may know of each is in `catalogue.ts`. */
export const problems = {
  /** @param scheme that the sender knows; browsers ask people for a password when they hear of Basic */
  unauthorized: (scheme: 'Bearer' | 'Basic' = 'Bearer') =>
    problem(
      'unauthorized',
      401,
      'A valid API key is needed',
      'Send your key as "Authorization: Bearer <key>" or in the header X-API-Key.',
      { headers: { 'www-authenticate': `${scheme} realm="assay"` } },
    ),
  /** RFC 6750, 3.1. */
  invalidToken: (reason: string) =>
    problem('invalid-token', 401, 'The access token is not accepted', `${reason} Log in again, or send an API key.`, {
      headers: { 'www-authenticate': 'Bearer realm="assay", error="invalid_token"' },
    }),
  noTenant: (claim: string) =>
    problem('no-tenant', 403, 'The access token names no tenant', `Its claim "${claim}" has to.`),
  forbidden: (permission: string) =>
    problem(
      'forbidden',
      403,
      'The key may not do this',
      `It lacks the permission "${permission}". See docs/access.md.`,
    ),
  /** Also for a link to what another tenant has: it says nothing of what there is. */
  linkInvalid: () =>
    problem('link-invalid', 403, 'The link is not valid', 'It was altered, or is from elsewhere. Ask for a new one.'),
  linkExpired: () => problem('link-expired', 410, 'The link has expired', 'Ask whoever gave it to you for a new one.'),
  tooManyRequests: (whose: 'key' | 'tenant', seconds: number) =>
    problem('too-many-requests', 429, 'Too many requests', `The ${whose} has none left for ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    }),
  quotaExceeded: ({ message, lacking, usage }: QuotaExceededError) => {
    const seconds = Math.max(1, Math.ceil((Date.parse(usage.resetsAt) - Date.now()) / 1000));
    return problem('quota-exceeded', 429, 'The quota of the tenant does not suffice', message, {
      quota: { ...usage, lacking },
      headers: { 'retry-after': String(seconds) },
    });
  },
  keyNotFound: () => problem('key-not-found', 404, 'No such API key', 'It was never made.'),
  keyEnded: () =>
    problem('key-ended', 409, 'The API key works no more', 'It has expired or was revoked. Make a new one.'),
  invalid: (errors: FieldError[]) =>
    problem('invalid-request', 400, 'The request is not valid', errors.map(sentenceOf).join(' '), { errors }),
  malformedJson: () => problem('malformed-json', 400, 'The body is not JSON', 'Send a JSON object in UTF-8.'),
  malformedRequest: () =>
    problem('malformed-request', 400, 'The request cannot be read', 'Its address, headers or body are malformed.'),
  malformedForm: (detail: string) => problem('malformed-form', 400, 'The form cannot be used', detail),
  incompleteUpload: () =>
    problem(
      'incomplete-upload',
      400,
      'The upload is incomplete',
      'The body ended early. Nothing was kept; send it again.',
    ),
  routeNotFound: () =>
    problem('route-not-found', 404, 'There is nothing here', 'The address is not part of this API; see /docs.'),
  methodNotAllowed: (allowed: string[]) =>
    problem('method-not-allowed', 405, 'Wrong method', `This address answers ${allowed.join(', ')}.`, {
      headers: { allow: allowed.join(', ') },
    }),
  mediaNotFound: () =>
    problem(
      'media-not-found',
      404,
      'No such media',
      'It was never uploaded, or it was deleted. Upload it to /v1/media.',
    ),
  onHold: (detail: string) => problem('on-hold', 409, 'On hold', `Nothing was deleted. ${detail}`),
  holdNotFound: () => problem('hold-not-found', 404, 'No such hold', 'It was never placed, or it was lifted.'),
  erasureNotFound: () => problem('erasure-not-found', 404, 'No such erasure', 'Nobody has asked for it.'),
  beingDeleted: (detail: string) =>
    problem('being-deleted', 409, 'Being deleted', detail, { headers: { 'retry-after': '2' } }),
  unknownMedia: () =>
    problem(
      'unknown-media',
      422,
      'No such media',
      'Upload it to /v1/media first, then ask for a scan of the id you get.',
      {
        errors: [{ path: 'media', message: 'there is no media with this id' }],
      },
    ),
  fileRemoved: () =>
    problem(
      'file-removed',
      422,
      'The file was removed',
      'Retention removed the file of this media; its record is still there. Upload the same file again, then ask for the scan again.',
      { errors: [{ path: 'media', message: 'its file was removed by retention' }] },
    ),
  unknownPolicy: (detail: string) =>
    problem('unknown-policy', 422, 'No such policy', detail, {
      errors: [{ path: 'policy', message: 'there is no policy with this id' }],
    }),
  unknownModelSet: (detail: string, path = 'set') =>
    problem('unknown-model-set', 422, 'No such model set', detail, {
      errors: [{ path, message: 'names no registered model set' }],
    }),
  /** Already so, nothing to go back to, too little to go by, or somebody else was quicker. */
  rolloutConflict: (code: string, detail: string) =>
    problem(`rollout-${code.replaceAll('_', '-')}`, 409, 'The rollout was not changed', detail),
  noShadow: () =>
    problem('no-shadow', 404, 'No set is in shadow', 'Name the set whose results you want, or put one in shadow.'),
  rescanNotFound: () =>
    problem('rescan-not-found', 404, 'No such re-scan', 'It was never asked for; GET /v1/rescans lists them.'),
  rescanOfSameSet: (detail: string) => problem('rescan-of-same-set', 422, 'The two sets are the same', detail),
  scanNotFound: () =>
    problem('scan-not-found', 404, 'No such scan', 'It was never asked for, or its media was deleted.'),
  scanEnded: (detail: string) =>
    problem('scan-ended', 409, 'The scan has ended', `${detail} Only a scan that is under way can be cancelled.`),
  verdictNotReady: (stage: string, percent: number) =>
    problem(
      'verdict-not-ready',
      404,
      'The verdict is not there yet',
      `The scan is at stage "${stage}", ${Math.floor(percent)} %. Its /events tell when it is done.`,
      { headers: { 'retry-after': String(retrySeconds.verdict) } },
    ),
  noVerdict: (state: string, reason: string | null) =>
    problem(
      'no-verdict',
      404,
      'The scan ended without a verdict',
      `It was ${state === 'failed' ? 'stopped by a failure' : 'cancelled'}${reason ? `: ${reason}` : '.'} Asking for the scan again starts it anew.`,
    ),
  deadLetterNotFound: () =>
    problem('dead-letter-not-found', 404, 'No such dead letter', 'It was put back, dropped, or kept long enough.'),
  deadLetterSettled: (detail: string) => problem('dead-letter-settled', 409, 'Nothing would change', detail),
  signatureNotFound: () =>
    problem(
      'signature-not-found',
      404,
      'The verdict is not signed',
      'The service had no signing key when it was made.',
    ),
  revisionNotFound: () =>
    problem('revision-not-found', 404, 'No such revision', 'There are fewer of them, or it spoke of deleted media.'),
  noDecision: () => problem('no-decision', 409, 'There is nothing to take back', 'No decision stands on this media.'),
  knownListNotFound: () =>
    problem('known-list-not-found', 404, 'No such list', 'It was removed, or it is not your own.'),
  unusableList: (detail: string) => problem('unusable-list', 422, 'The list cannot be used', `It ${detail}.`),
  webhookNotFound: () => problem('webhook-not-found', 404, 'No such webhook', 'It was never made, or it was deleted.'),
  deliveryNotFound: () =>
    problem('delivery-not-found', 404, 'No such delivery', 'The log of the webhook lists those of the last 30 days.'),
  webhookDisabled: () =>
    problem('webhook-disabled', 409, 'The webhook is switched off', 'Switch it on with PATCH {"enabled": true} first.'),
  tooManyWebhooks: (detail: string) => problem('too-many-webhooks', 422, 'There are too many webhooks', detail),
  noCallbackSecret: () =>
    problem(
      'no-callback-secret',
      422,
      'Nothing signs callbacks yet',
      'An admin makes the secret that signs them by POST /v1/callback-secret/rotate. No scan was asked for.',
      { errors: [{ path: 'callback', message: 'has no secret to be signed with' }] },
    ),
  tooManyCallbacks: (detail: string) => problem('too-many-callbacks', 422, 'There are too many callbacks', detail),
  eventsExpired: () =>
    problem(
      'events-expired',
      410,
      'Some events were missed',
      'Events are kept for 7 days, or as long as retention says if that is less, and some behind this place are gone. Read /v1/scans for what has ended, then go on without "after".',
    ),
  evidenceNotFound: () =>
    problem('evidence-not-found', 404, 'No such evidence', 'The verdict lists the names of all evidence of its scan.'),
  tooLarge: (detail: string) => problem('too-large', 413, 'The body is too large', detail),
  unsupportedType: (detail: string) => problem('unsupported-type', 415, 'This type of body is not accepted', detail),
  rejectedMedia: ({ code, message }: Rejection) =>
    problem(`rejected-${code.replaceAll('_', '-')}`, 422, 'The file was not accepted', message),
  /** 422 whatever the other server did: a 5xx of ours would wake our operators for it. */
  urlRefused: (code: string, detail: string, path = 'url') =>
    problem(`url-${code.replaceAll('_', '-')}`, 422, 'The address could not be used', detail, {
      errors: [{ path, message: lowerFirst(detail.replace(/\.$/, '')) }],
    }),
  unknownBucket: (bucket: string) =>
    problem(
      'unknown-bucket',
      422,
      'No such bucket',
      `The operator has configured no bucket "${bucket.slice(0, 63)}" for this tenant. Nothing was fetched.`,
    ),
  subscriptionNotAllowed: () =>
    problem(
      'subscription-not-allowed',
      422,
      'The subscription cannot be confirmed',
      'Its address is none by which Amazon SNS confirms subscriptions. Nothing was fetched.',
      { errors: [{ path: 'SubscribeURL', message: 'must be https://sns.<region>.amazonaws.com[.cn]/' }] },
    ),
  objectGone: () =>
    problem('object-gone', 404, 'The object is not there', 'It was deleted, or replaced, before it was fetched.'),
  uploadNotFound: () =>
    problem(
      'upload-not-found',
      404,
      'No such upload',
      'It was never begun, was ended, or is forgotten. Begin a new one.',
    ),
  uploadExpired: () =>
    problem('upload-expired', 410, 'The upload has expired', 'It was not complete in time. Begin a new one.'),
  uploadOffset: () =>
    problem(
      'upload-offset-conflict',
      409,
      'The upload goes on elsewhere',
      'Upload-Offset is not where the upload is. HEAD tells the offset to go on from.',
    ),
  uploadBusy: () =>
    problem(
      'upload-busy',
      423,
      'Another request has this upload',
      'The upload goes on in another request, or is being taken in. Ask again shortly.',
      { headers: { 'retry-after': String(retrySeconds.upload) } },
    ),
  uploadIncomplete: (offset: number, bytes: number) =>
    problem('upload-incomplete', 409, 'Not all of it is here', `The store has ${offset} of ${bytes} bytes.`),
  directUploadsUnavailable: () =>
    problem(
      'direct-uploads-unavailable',
      422,
      'Files cannot be sent to the store directly',
      'This service keeps media in a folder. Send the file to /v1/uploads (tus) or /v1/media.',
    ),
  tusVersion: () =>
    problem('tus-version', 412, 'Another version of tus', 'Send the header "Tus-Resumable: 1.0.0".', {
      headers: { 'tus-version': '1.0.0' },
    }),
  /** 460 is the number that the checksum extension of tus chose. */
  checksumMismatch: () =>
    problem(
      'checksum-mismatch',
      460,
      'The bytes are not those of the checksum',
      'Nothing of this request was kept; send it again.',
    ),
  idempotencyKeyInUse: () =>
    problem(
      'idempotency-key-in-use',
      409,
      'The first request is still being worked on',
      'Wait for its answer, or ask again with the same Idempotency-Key when it has come.',
      { headers: { 'retry-after': String(retrySeconds.idempotency) } },
    ),
  idempotencyKeyReused: () =>
    problem(
      'idempotency-key-reused',
      422,
      'The Idempotency-Key belongs to another request',
      'Within 24 hours a key may only be sent again with the same request. Nothing was done; use a new key.',
    ),
  unavailable: (detail = 'A part of the service does not answer. Nothing was lost; try again shortly.') =>
    problem('unavailable', 503, 'Not available right now', detail, {
      headers: { 'retry-after': String(retrySeconds.unavailable) },
    }),
  insufficientStorage: () =>
    problem(
      'insufficient-storage',
      507,
      'There is no room left',
      'The disk or the store of the service is full. Nothing of this request was kept; its operator has to make room.',
      { headers: { 'retry-after': String(retrySeconds.storage) } },
    ),
  internal: () =>
    problem('internal', 500, 'Something went wrong', 'The error was logged under the request id of this answer.'),
};

const sentenceOf = ({ path, message }: FieldError): string => (path ? `${path}: ${message}.` : `${message}.`);
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
