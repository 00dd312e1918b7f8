import { type ProblemCode, problemCatalogue, problemCodes, problemTypePrefix } from '../problems/catalogue';
import { examplesOf } from './schema-examples';
import { schemaRef } from './schemas';

/** A problem by its code; or a status of which only one kind of problem is known, or any may come. */
export type Refusal = ProblemCode | number;

const statusTexts: Record<number, string> = {
  400: 'The request is not valid',
  401: 'No key, or not a valid one',
  403: 'The key lacks the permission',
  404: 'There is no such thing',
  409: 'Not in the state that it is in, or a request with the same Idempotency-Key is being worked on',
  410: 'What you ask for is not kept any more',
  412: 'Not the version of the protocol that is spoken here',
  413: 'The body is too large',
  415: 'This type of body is not accepted',
  422: 'Understood, but it cannot be done',
  423: 'Another request is at it',
  429: 'The key or its tenant has used up its requests of this minute, or the tenant its quota of this period; Retry-After says when there is more',
  460: 'The bytes are not those of the checksum',
  500: 'Something went wrong here',
  503: 'A part of the service does not answer',
  507: 'The disk or the store of the service is full',
};

/** Every route with a key can give these. */
export const keyedRefusals: readonly ProblemCode[] = [
  ...(['unauthorized', 'invalid-token', 'forbidden', 'no-tenant', 'too-many-requests'] as const),
  ...(['internal', 'unavailable', 'insufficient-storage'] as const),
];
/** What an Idempotency-Key can be refused with: malformed, in use, reused. */
export const postRefusals: readonly ProblemCode[] = [
  'invalid-request',
  'idempotency-key-in-use',
  'idempotency-key-reused',
];

/** Of media that is fetched from an address. */
export const urlRefusals = problemCodes.filter((code) => code.startsWith('url-'));
/** Of a callback that is given with a scan. */
export const callbackRefusals: readonly ProblemCode[] = ['url-not-allowed', 'url-unreachable', 'no-callback-secret'];
/** Of a scan that is asked for. */
export const scanRefusals: readonly ProblemCode[] = [
  ...(['unknown-media', 'file-removed', 'unknown-policy', 'unknown-model-set', 'quota-exceeded'] as const),
  ...callbackRefusals,
  'too-many-callbacks',
];

/** Of a change of what judges the traffic. */
export const rolloutRefusals: readonly Refusal[] = [
  ...([400, 413, 415, 'unknown-model-set'] as const),
  ...problemCodes.filter((code) => code.startsWith('rollout-')),
];

/** Of a body where none is asked for: it is read all the same. */
export const strayBodyRefusals: readonly ProblemCode[] = ['malformed-json', 'too-large', 'unsupported-type'];

const badRequests: readonly ProblemCode[] = ['invalid-request', 'malformed-request'];

/** Answers that are problem documents, by status, each with the types that it may have; all of them where that is not told. */
export function refusalResponses(refusals: readonly Refusal[]) {
  const byStatus = new Map<number, Set<ProblemCode> | 'any'>();
  for (const refusal of refusals) {
    const { status, codes } = typeof refusal === 'number' ? ofStatus(refusal) : { status: problemCatalogue[refusal].status, codes: [refusal] }; // prettier-ignore
    const known = byStatus.get(status);
    byStatus.set(status, codes === 'any' || known === 'any' ? 'any' : new Set([...(known ?? []), ...codes]));
  }
  return [...byStatus].map(([status, codes]) => ({
    status,
    ...responseOf(status, codes === 'any' ? null : [...codes]),
  }));
}

function ofStatus(status: number): { status: number; codes: readonly ProblemCode[] | 'any' } {
  if (status === 400) return { status, codes: badRequests };
  const codes = problemCodes.filter((code) => problemCatalogue[code].status === status);
  return { status, codes: codes.length === 1 ? codes : 'any' };
}

function responseOf(status: number, codes: readonly ProblemCode[] | null) {
  const problem = { $ref: schemaRef('Problem') };
  const types = (codes ?? []).map((code) => problemTypePrefix + code);
  const schema = codes ? { allOf: [problem, { type: 'object', properties: { type: { enum: types } } }] } : problem;
  const named = codes ? `: ${codes.map((code) => `\`${code}\``).join(', ')}` : '';
  const examples = status === 400 ? examplesOf('Problem') : {};
  return {
    waits: codes?.some((code) => problemCatalogue[code].waits) ?? true,
    description: `${statusTexts[status] ?? 'Refused'}${named}`,
    content: { 'application/problem+json': { schema, ...examples } },
  };
}
