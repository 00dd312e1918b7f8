import type { FetchMediaCode } from '@assay/fetch-media';
import type { ModelSetError } from '@assay/pipeline';

/** What callers may know of a kind of problem beforehand. */
export interface ProblemKind {
  status: number;
  /** When it is given. */
  meaning: string;
  /** Whether the same request may go better another time, and when. */
  again: string;
  /** True = `Retry-After` comes with it. */
  waits?: true;
}

/** Problem types are names and not addresses: they stay the same wherever the service runs. */
export const problemTypePrefix = 'urn:problem-type:assay:';

const never = 'No: the answer stays the same.';
const corrected = 'Not as it is: correct the request.';
const waits = { again: 'Yes, after `Retry-After`.', waits: true } as const;

const urls = {
  not_allowed: ['The address is not http(s), or leads where nobody may be led.', never],
  unreachable: ['There is no such host, it does not answer, or the connection broke.', 'Perhaps later.'],
  timeout: ['The other server was too slow.', 'Perhaps later.'],
  status: ['The other server answered with another status than 200.', 'Once it answers with 200.'],
  redirects: ['There are more redirects than are followed.', never],
  too_large: ['The file has more bytes than the service takes.', never],
  incomplete: ['Fewer bytes came than the other server had announced.', 'Yes.'],
  encoded: ['The file came compressed, though nobody had asked for that.', never],
} satisfies Record<FetchMediaCode, [string, string]>;

const rollouts = {
  bad_name: ['The name of the set is not one.', corrected],
  name_taken: ['The name belongs to another set.', corrected],
  set_in_use: ['The set judges traffic.', 'Once it does not.'],
  no_change: ['It is so already.', never],
  nothing_before: ['There is nothing to go back to.', never],
  set_removed: ['The set is not registered any more.', 'Once it is registered again.'],
  too_few_scores: ['There are too few scores to be a reference.', 'Once more was scanned.'],
  changed_meanwhile: ['Somebody else changed the rollout at the same time.', 'Yes, after a look at it.'],
} satisfies Record<Exclude<ModelSetError['code'], 'unknown_set'>, [string, string]>;

const kinds = {
  unauthorized: { status: 401, meaning: 'There is no API key, or not a valid one.', again: 'With a valid key.' },
  'invalid-token': {
    status: 401,
    meaning: 'The access token of a person is not accepted.',
    again: 'With a new token.',
  },
  forbidden: {
    status: 403,
    meaning: 'The key lacks the permission that the route needs.',
    again: 'With a key that has it.',
  },
  'no-tenant': { status: 403, meaning: 'The access token names no tenant.', again: 'With a token that names one.' },
  'too-many-requests': {
    ...{ status: 429, meaning: 'The key, or its tenant, has used up its requests of this minute.' },
    ...waits,
  },
  'quota-exceeded': {
    status: 429,
    meaning: 'What is asked for does not fit the quota of the tenant; `quota` says what is left.',
    again: 'Yes, after `Retry-After`, when the next period begins; or with less.',
    waits: true,
  },
  'invalid-request': {
    status: 400,
    meaning: 'Body, parameters or headers are not as described; `errors` names everything that is wrong.',
    again: corrected,
  },
  'malformed-json': { status: 400, meaning: 'The body is not JSON.', again: corrected },
  'malformed-request': { status: 400, meaning: 'Address, headers or body cannot be read.', again: corrected },
  'malformed-form': { status: 400, meaning: 'The form has no file, more than one, or no end.', again: corrected },
  'incomplete-upload': { status: 400, meaning: 'The body ended early. Nothing was kept.', again: 'Yes, at once.' },
  'route-not-found': { status: 404, meaning: 'The address is not part of this API.', again: never },
  'method-not-allowed': { status: 405, meaning: 'The address answers other methods; see `Allow`.', again: never },
  'too-large': { status: 413, meaning: 'The body has more bytes than are taken here.', again: 'With less.' },
  'rejected-empty-file': {
    status: 422,
    meaning:
      'The file has no bytes. What else is wrong with a file, its scan finds: `rejection` of the verdict says it.',
    again: never,
  },
  'unsupported-type': {
    status: 415,
    meaning: 'Bodies of this type, or compressed ones, are not taken.',
    again: corrected,
  },
  'media-not-found': { status: 404, meaning: 'There is no such media item, or not any more.', again: never },
  'unknown-media': {
    status: 422,
    meaning: 'A scan was asked for of media that is not there.',
    again: 'Once it was uploaded.',
  },
  'file-removed': {
    status: 422,
    meaning: 'Retention has removed the file of this media.',
    again: 'Once the same file was uploaded again.',
  },
  'unknown-policy': { status: 422, meaning: 'There is no policy with this id.', again: corrected },
  'unknown-model-set': { status: 422, meaning: 'There is no such model set.', again: 'Once it is registered.' },
  'scan-not-found': { status: 404, meaning: 'There is no such scan, or not any more.', again: never },
  'scan-ended': { status: 409, meaning: 'Only a scan that is under way can be cancelled.', again: never },
  'verdict-not-ready': { status: 404, meaning: 'The scan is under way.', ...waits },
  'no-verdict': {
    status: 404,
    meaning: 'The scan failed or was cancelled.',
    again: 'Once the scan was asked for again and is done.',
  },
  'signature-not-found': { status: 404, meaning: 'The verdict was made without a signing key.', again: never },
  'revision-not-found': { status: 404, meaning: 'The verdict has no such revision.', again: never },
  'link-invalid': {
    status: 403,
    meaning: 'The link to a picture was altered, or is from elsewhere.',
    again: 'Not with this link: ask for a new one.',
  },
  'link-expired': {
    status: 410,
    meaning: 'The time of the link to a picture is over.',
    again: 'Not with this link: ask for a new one.',
  },
  'evidence-not-found': {
    status: 404,
    meaning: 'The scan has no evidence of this name, or not any more.',
    again: never,
  },
  'no-callback-secret': {
    status: 422,
    meaning: 'A scan asks for a callback, and nothing would sign it.',
    again: 'Once the secret was made.',
  },
  'too-many-callbacks': { status: 422, meaning: 'The scan has as many callbacks as one may have.', again: never },
  'on-hold': {
    status: 409,
    meaning: 'A legal hold keeps it from being deleted. Nothing was.',
    again: 'Once the hold is lifted.',
  },
  'hold-not-found': { status: 404, meaning: 'There is no such hold, or not any more.', again: never },
  'erasure-not-found': { status: 404, meaning: 'There is no such erasure.', again: never },
  'being-deleted': { status: 409, meaning: 'It is being deleted at this moment.', ...waits },
  'no-decision': { status: 409, meaning: 'No decision stands that could be taken back.', again: never },
  'known-list-not-found': { status: 404, meaning: 'There is no such list, or it is of another tenant.', again: never },
  'unusable-list': { status: 422, meaning: 'The rows of a hash list cannot be used.', again: corrected },
  'webhook-not-found': { status: 404, meaning: 'There is no such webhook, or not any more.', again: never },
  'webhook-disabled': { status: 409, meaning: 'The webhook is switched off.', again: 'Once it is switched on.' },
  'too-many-webhooks': {
    status: 422,
    meaning: 'The tenant has as many webhooks as one may have.',
    again: 'With one less.',
  },
  'delivery-not-found': { status: 404, meaning: 'There is no such delivery, or its log is over.', again: never },
  'events-expired': {
    status: 410,
    meaning: 'Some events behind this place are not kept any more.',
    again: 'Not from this place: read /v1/scans, then go on without `after`.',
  },
  'key-not-found': { status: 404, meaning: 'There is no such API key.', again: never },
  'key-ended': { status: 409, meaning: 'The API key has expired or was revoked.', again: never },
  'unknown-bucket': {
    status: 422,
    meaning: 'The operator has configured no such bucket for the tenant.',
    again: 'Once it is configured.',
  },
  'subscription-not-allowed': {
    status: 422,
    meaning: 'The address is none by which Amazon SNS confirms subscriptions.',
    again: never,
  },
  'object-gone': { status: 404, meaning: 'The object was deleted or replaced before it was fetched.', again: never },
  'upload-not-found': { status: 404, meaning: 'There is no such upload, or not any more.', again: 'Begin a new one.' },
  'upload-expired': { status: 410, meaning: 'The upload was not complete in time.', again: 'Begin a new one.' },
  'upload-offset-conflict': {
    status: 409,
    meaning: '`Upload-Offset` is not where the upload is.',
    again: 'From the offset that HEAD tells.',
  },
  'upload-busy': { status: 423, meaning: 'Another request is at this upload.', ...waits },
  'upload-incomplete': { status: 409, meaning: 'The store does not have all bytes yet.', again: 'Once it has.' },
  'direct-uploads-unavailable': {
    status: 422,
    meaning: 'The service keeps media in a folder, and not in S3.',
    again: 'No: use /v1/uploads or /v1/media.',
  },
  'tus-version': { status: 412, meaning: '`Tus-Resumable` is missing, or another version.', again: corrected },
  'checksum-mismatch': {
    status: 460,
    meaning: 'The bytes are not those of `Upload-Checksum`. Nothing of them was kept.',
    again: 'Yes, at once.',
  },
  'idempotency-key-in-use': { status: 409, meaning: 'The first request with this key is being worked on.', ...waits },
  'idempotency-key-reused': {
    status: 422,
    meaning: 'The key came with another request within 24 hours. Nothing was done.',
    again: 'With a new key.',
  },
  'dead-letter-not-found': { status: 404, meaning: 'There is no such dead letter, or not any more.', again: never },
  'dead-letter-settled': { status: 409, meaning: 'The scan has its verdict: nothing would change.', again: never },
  'no-shadow': { status: 404, meaning: 'No model set is in shadow.', again: 'Once one is, or with its name.' },
  'rescan-not-found': { status: 404, meaning: 'There is no such re-scan.', again: never },
  'rescan-of-same-set': { status: 422, meaning: 'A set cannot judge again what it judged itself.', again: corrected },
  unavailable: { status: 503, meaning: 'A part of the service does not answer. Nothing was lost.', ...waits },
  'insufficient-storage': {
    status: 507,
    meaning: 'The disk or the store of the service is full. Nothing was kept.',
    again: 'Yes, after `Retry-After`, once its operator has made room.',
    waits: true,
  },
  internal: {
    status: 500,
    meaning: 'A fault of the service, logged under the id of the request.',
    again: 'Perhaps; if not, tell the operator the id.',
  },
} satisfies Record<string, ProblemKind>;

type Dashed<Code extends string> = Code extends `${infer Head}_${infer Tail}` ? `${Head}-${Dashed<Tail>}` : Code;
export type ProblemCode = keyof typeof kinds | Dashed<`url_${keyof typeof urls}` | `rollout_${keyof typeof rollouts}`>;

const family = (name: string, status: number, members: Record<string, readonly [string, string]>) =>
  Object.entries(members).map(([code, [meaning, again]]): [string, ProblemKind] => [
    `${name}_${code}`.replaceAll('_', '-'),
    { status, meaning, again },
  ]);

/** Every problem type by its code, the part behind the prefix. A test holds it against `problems.ts`. */
export const problemCatalogue: Readonly<Record<ProblemCode, ProblemKind>> = Object.fromEntries([
  ...Object.entries<ProblemKind>(kinds),
  ...family('url', 422, urls),
  ...family('rollout', 409, rollouts),
]) as Record<ProblemCode, ProblemKind>;

export const problemCodes = Object.keys(problemCatalogue) as ProblemCode[];
