import { Role, TenantId } from '@assay/contracts';
import type { OidcSettings } from '@assay/pipeline';
import { jwtVerify, type JWTPayload, type JWTHeaderParameters } from 'jose';
import { problems } from '../problems/problems';
import { IssuerKeys, IssuerUnavailableError } from './issuer-keys';
import { permissionsOf } from './permissions';
import type { Principal } from './principal';

/** Signatures by a key pair. Never `none`, and none by a shared secret: a public key must not be taken for one. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Clocks of two machines differ by this much at most, s. */
const clockSkewSeconds = 30;
/** Three parts of base64url, the last of which may be empty: what is refused as such, and not as a key. */
const shape = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** OpenID Connect Core, 2: ASCII, at most 255 characters. */
const subjectShape = /^[\x21-\x7e]{1,255}$/;
/** RFC 9068 says `at+jwt`; most issuers say `JWT`, or nothing. Logout tokens and the like say what they are. */
const accessTypes = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
/** What ID tokens have and access tokens do not: who logged in to a page has not given it to us. */
const idTokenClaims = ['at_hash', 'c_hash'];
/** Of Keycloak, which gives all of its tokens one type in the header. */
const otherTokens = new Set(['ID', 'Refresh', 'Offline', 'Logout']);

/** Whether it is to be read as a token at all. */
export const isToken = (word: string): boolean => shape.test(word);

/** People who logged in with the identity provider: their access tokens (OpenID Connect, RFC 9068) in place of a key. */
export class People {
  private readonly keys: IssuerKeys;

  constructor(private readonly settings: OidcSettings) {
    this.keys = new IssuerKeys(settings.issuer);
  }

  /**
   * @throws ProblemError 401 for a token that is none for this service, 403 where it names no tenant, 503 while the
   *   provider does not answer
   */
  async find(token: string): Promise<Principal> {
    const { payload } = await this.verify(token);
    const { sub = '' } = payload;
    const isOther = idTokenClaims.some((name) => name in payload) || otherTokens.has(String(payload['typ']));
    if (isOther || !subjectShape.test(sub)) throw problems.invalidToken('It is no access token.');
    const roles = this.rolesOf(payload);
    return { key: `oidc:${sub}`, tenant: this.tenantOf(payload), roles, permissions: permissionsOf(roles, null) };
  }

  private async verify(token: string): Promise<{ payload: JWTPayload }> {
    const { issuer, audiences } = this.settings;
    try {
      return await jwtVerify(token, (header, input) => this.keyOf(header, input), {
        issuer,
        audience: audiences,
        algorithms,
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['exp', 'iat', 'sub'],
      });
    } catch (error) {
      if (error instanceof IssuerUnavailableError) {
        throw problems.unavailable('The identity provider does not answer. API keys work all the same.');
      }
      throw problems.invalidToken(reasonOf(error));
    }
  }

  private keyOf(header: JWTHeaderParameters, input: Parameters<IssuerKeys['find']>[1]) {
    const { typ } = header;
    if (typ !== undefined && !accessTypes.has(typ.toLowerCase())) throw new Error('another type of token');
    return this.keys.find(header, input);
  }

  private rolesOf(payload: JWTPayload): Role[] {
    const named = wordsOf(claimOf(payload, this.settings.rolesClaim));
    const roles = named.flatMap((name) => this.settings.roles.filter((one) => one.name === name));
    return [...new Set(roles.map(({ role }) => role))];
  }

  private tenantOf(payload: JWTPayload): TenantId {
    const { tenant, tenantClaim } = this.settings;
    if (tenantClaim === null) return tenant;
    const named = TenantId.safeParse(claimOf(payload, tenantClaim));
    if (!named.success) throw problems.noTenant(tenantClaim);
    return named.data;
  }
}

/** A claim by its name, or where that is none, by its path: `realm_access.roles`. Namespaced names have dots as well. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>((value, part) => (Object.hasOwn(Object(value), part) ? Object(value)[part] : undefined), payload);
}

/** A list, or one word, or words with spaces between as in `scope`. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string');
  return typeof value === 'string' ? value.split(' ') : [];
}

/** What may be told of a token that was refused: enough for who has it, nothing for who tries. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_JWT_EXPIRED') return 'It has expired.';
  return 'It is not signed by the identity provider for this service.';
}
