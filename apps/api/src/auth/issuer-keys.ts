import { isProviderAddress } from '@assay/pipeline';
import {
  createRemoteJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';

const discoveryPath = '/.well-known/openid-configuration';
/** How long an answer of the provider is waited for, ms. */
const timeoutMs = 5_000;
/** Keys are asked for again this soon at the earliest, ms: a new one is known within it, and a flood of invented ones asks no oftener. */
const cooldownMs = 5_000;
/** A key that the provider has withdrawn is not taken any more after this, ms. */
const keysKeptMs = 10 * 60_000;
/** The address of the keys rarely changes, ms. */
const discoveryKeptMs = 3_600_000;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** The provider cannot be asked: whether a token is good is not known. */
export class IssuerUnavailableError extends Error {
  override readonly name = 'IssuerUnavailableError';
}

interface Found {
  keys: JWTVerifyGetKey;
  until: number;
}

/** The public keys of an issuer, found by OpenID Connect Discovery 1.0 and kept for a while. */
export class IssuerKeys {
  private found: Found | null = null;
  private asking: Promise<Found> | null = null;
  private failedAt = -Infinity;

  constructor(private readonly issuer: string) {}

  /** @throws IssuerUnavailableError; what jose says of a key that is not there */
  async find(header: JWSHeaderParameters, input: FlattenedJWSInput) {
    const { keys } = await this.discovered();
    try {
      return await keys(header as Parameters<JWTVerifyGetKey>[0], input);
    } catch (error) {
      // No key of this name, or several without one: that is an answer.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new IssuerUnavailableError('the keys of the identity provider could not be read', { cause: error });
    }
  }

  private async discovered(): Promise<Found> {
    if (this.found && this.found.until > Date.now()) return this.found;
    const justFailed = Date.now() - this.failedAt < cooldownMs;
    // What was known an hour ago is better than nobody getting in.
    if (justFailed && this.found) return this.found;
    if (justFailed) throw new IssuerUnavailableError('it did not answer a moment ago');
    this.asking ??= this.discover().finally(() => (this.asking = null));
    try {
      return await this.asking;
    } catch (error) {
      this.failedAt = Date.now();
      if (this.found) return this.found;
      throw new IssuerUnavailableError('the identity provider could not be discovered', { cause: error });
    }
  }

  private async discover(): Promise<Found> {
    const address = this.issuer.replace(/\/$/, '') + discoveryPath;
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) throw new Error(`discovery was answered with ${answer.status}`);
    const { issuer, jwks_uri } = Discovery.parse(await answer.json());
    // Discovery 1.0, 4.3: exactly, or somebody else answers for it.
    if (issuer !== this.issuer) throw new Error('the discovery document is of another issuer');
    if (!isProviderAddress(jwks_uri)) throw new Error('the keys do not lie behind https');
    const settings = { timeoutDuration: timeoutMs, cooldownDuration: cooldownMs, cacheMaxAge: keysKeptMs };
    this.found = { keys: createRemoteJWKSet(new URL(jwks_uri), settings), until: Date.now() + discoveryKeptMs };
    return this.found;
  }
}
