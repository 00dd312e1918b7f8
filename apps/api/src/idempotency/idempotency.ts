import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { ApiKeyWithSecret, type TenantId } from '@assay/contracts';
import { answerAbout, type Logger } from '@assay/pipeline';
import type { IdempotencyStore, StoredAnswer } from '@assay/storage';
import { principalOf } from '../auth/principal';
import { problems } from '../problems/problems';
import { IDEMPOTENCY, LOG } from '../tokens';
import { idempotencyKeyOf } from './idempotency-key';
import { keepLease, leaseMs } from './lease';

/** How long an answer can be asked for again, ms: what payment APIs of the field keep. */
const answerTtlMs = 24 * 60 * 60_000;

/** A request that is the first under its key. One of the two must be called. */
export interface Held {
  /** Keeps a success, unless it is not to be kept: whoever asks again within 24 h gets the same. */
  answered(fingerprint: string, response: ServerResponse, body: unknown): Promise<void>;
  /** Gives the key back: a request that was refused changed nothing, so another try is a first one. */
  refused(): Promise<void>;
}

export type Begun = { state: 'keyless' } | { state: 'first'; held: Held } | { state: 'repeated'; answer: StoredAnswer };

/** `Idempotency-Key`, by draft-ietf-httpapi-idempotency-key-header. */
@Injectable()
export class Idempotency {
  constructor(
    @Inject(IDEMPOTENCY) private readonly store: IdempotencyStore,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /**
   * @param fingerprint null when it is known only after the body has come: `assertSame` is then the caller's to call
   * @throws ProblemError 400 for a malformed key, 409 while the first request is worked on, 422 when the key came with
   *   another request
   */
  async begin(request: IncomingMessage, fingerprint: string | null): Promise<Begun> {
    const key = idempotencyKeyOf(request);
    if (key === null) return { state: 'keyless' };
    const claim = await this.store.claim(key, fingerprint, leaseMs);
    if (claim.state === 'claimed')
      return { state: 'first', held: this.hold(key, claim.token, principalOf(request).tenant) };
    const known = claim.state === 'answered' ? claim.answer.fingerprint : claim.fingerprint;
    if (fingerprint !== null && known !== null) assertSame(known, fingerprint);
    if (claim.state === 'running') throw problems.idempotencyKeyInUse();
    return { state: 'repeated', answer: claim.answer };
  }

  private hold(key: string, token: string, tenant: TenantId): Held {
    const endLease = keepLease(this.store, key, token);
    // What was done is done: that it could not be noted must not turn a success into a failure.
    const quietly = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => this.log.warn({ err: error }, 'an idempotency key could not be settled'),
      );
    return {
      answered: (fingerprint, response, body) => {
        endLease();
        if (passing.has(response)) return quietly(this.store.release(key, token));
        const location = response.getHeader('location');
        const kept = withoutApiKey(body);
        const answer = {
          fingerprint,
          status: response.statusCode,
          location: location ? String(location) : null,
          body: kept,
          about: idsIn(kept).map((id) => answerAbout(tenant, id)),
        };
        return quietly(this.store.answer(key, token, answer, answerTtlMs));
      },
      refused: () => {
        endLease();
        return quietly(this.store.release(key, token));
      },
    };
  }
}

const passing = new WeakSet<ServerResponse>();

/** Says that a success is not to be kept: part of it was refused for now, and who asks again is to get the rest. */
export function dontKeepAnswer(response: ServerResponse): void {
  passing.add(response);
}

/** An API key is shown once and kept nowhere, here neither: who asks again gets the rest. */
function withoutApiKey(body: unknown): unknown {
  const answer = ApiKeyWithSecret.safeParse(body);
  return answer.success ? { ...answer.data, key: null } : body;
}

/** Media and scans that an answer tells of: with them it has to go. */
function idsIn(body: unknown): string[] {
  return [...new Set(JSON.stringify(body ?? null).match(/\b(?:[0-9a-f]{64}|sc_[0-9a-f]{32})\b/g) ?? [])];
}

/** @throws ProblemError 422 */
export function assertSame(known: string, fingerprint: string): void {
  if (known !== fingerprint) throw problems.idempotencyKeyReused();
}

/** Writes status and headers of a kept answer. @returns its body */
export function replay(answer: StoredAnswer, response: ServerResponse): unknown {
  response.statusCode = answer.status;
  if (answer.location !== null) response.setHeader('location', answer.location);
  response.setHeader('idempotent-replayed', 'true');
  // It may hold a secret, as the first one did.
  response.setHeader('cache-control', 'no-store');
  return answer.body;
}
