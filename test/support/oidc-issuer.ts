import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export interface TestIssuer {
  /** As it calls itself. */
  url: string;
  /** How often its keys were asked for. */
  keysAsked(): number;
  /** Signs a token with the present key, good for five minutes for `assay`, unless the claims say otherwise. */
  token(claims: JWTPayload, header?: { typ?: string; alg?: string; kid?: string }, key?: PrivateKey): Promise<string>;
  /** The public key as the world sees it. */
  publicJwk(): object;
  /** A new key takes the place of the one before, which is withdrawn. */
  rotate(alg?: string): Promise<void>;
  /** Answers every request with 500 from now on, or no more. */
  fail(failing: boolean): void;
  /** Who logs in from now on, by the code flow with PKCE. @param state sent back in place of the one that came */
  logInAs(claims: JWTPayload, state?: string | null): void;
  /** How long tokens that are given out from now on are good for, seconds; 300 at the start. */
  tokensLast(seconds: number): void;
  /** Access tokens given out to who logged in, oldest first. */
  given: readonly string[];
  /** Refresh tokens that were refused. */
  refused(): number;
  /** No refresh token is good any more. */
  logOut(): void;
  /** What the discovery document says in place of the truth. */
  claimToBe(issuer: string | null): void;
  close(): Promise<void>;
}

const usualSeconds = 300;

/** A small OpenID Connect provider: discovery and keys over real HTTP, tokens signed with real keys. */
export async function startIssuer(): Promise<TestIssuer> {
  let [number, asked, failing]: [number, number, boolean] = [0, 0, false];
  let pretended: string | null = null;
  let [visitor, stateSent]: [JWTPayload | null, string | null] = [null, null];
  const codes = new Map<string, URLSearchParams>();
  let tokenSeconds = usualSeconds;
  const given: string[] = [];
  let refused = 0;
  /** Each good for one use, as public clients get them. */
  const refreshTokens = new Set<string>();
  let current: { alg: string; kid: string; privateKey: PrivateKey; jwk: object };
  const rotate = async (alg = 'RS256'): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const kid = `key-${(number += 1)}`;
    current = { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  };
  await rotate();
  const server = createServer((request, response) => {
    const answer = (body: object, status = 200) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
        .end(JSON.stringify(body));
    if (failing) return void response.writeHead(500).end();
    if (request.url === '/realm/.well-known/openid-configuration') {
      const endpoints = { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
      return void answer({ issuer: pretended ?? url, jwks_uri: `${url}/keys`, ...endpoints });
    }
    if (request.url === '/realm/keys') {
      asked += 1;
      return void answer({ keys: [current.jwk] });
    }
    const address = new URL(request.url ?? '', url);
    if (address.pathname === '/realm/authorize') {
      // Who it is has been settled: a real one would show a form here.
      const code = randomUUID();
      codes.set(code, address.searchParams);
      const back = new URL(address.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', stateSent ?? address.searchParams.get('state') ?? '');
      return void response.writeHead(302, { location: back.href }).end();
    }
    if (address.pathname === '/realm/token')
      return void exchange(request).then(([body, status]) => answer(body, status));
    response.writeHead(404).end();
  });
  /** RFC 6749, 4.1.3, and RFC 7636, 4.6. */
  const exchange = async (request: IncomingMessage): Promise<[object, number]> => {
    const asked = new URLSearchParams(await text(request));
    if (asked.get('grant_type') === 'refresh_token') {
      if (!refreshTokens.delete(asked.get('refresh_token') ?? '') || !visitor) {
        refused += 1;
        return [{ error: 'invalid_grant' }, 400];
      }
      return [await grant(visitor), 200];
    }
    const begun = codes.get(asked.get('code') ?? '');
    codes.delete(asked.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    const fits =
      begun?.get('code_challenge') === challenge &&
      begun.get('client_id') === asked.get('client_id') &&
      begun.get('redirect_uri') === asked.get('redirect_uri');
    if (!fits || !visitor) return [{ error: 'invalid_grant' }, 400];
    const nonce = begun.get('nonce') ?? undefined;
    const id = { sub: visitor.sub, aud: asked.get('client_id') ?? '', nonce };
    return [{ ...(await grant(visitor)), id_token: await made.token(id, { typ: 'JWT' }) }, 200];
  };
  /** RFC 6749, 5.1. */
  const grant = async (claims: JWTPayload) => {
    const access_token = await made.token({ ...claims, jti: randomUUID() });
    const refresh_token = randomUUID();
    given.push(access_token);
    refreshTokens.add(refresh_token);
    return { access_token, refresh_token, token_type: 'Bearer', expires_in: tokenSeconds };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
  const made: TestIssuer = {
    url,
    keysAsked: () => asked,
    token: (claims, header = {}, key) => {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: url, aud: 'assay', iat: now, exp: now + tokenSeconds };
      // `undefined` takes a claim away.
      const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
      return new SignJWT(Object.fromEntries(all))
        .setProtectedHeader({ alg: current.alg, kid: current.kid, typ: 'at+jwt', ...header })
        .sign(key ?? current.privateKey);
    },
    publicJwk: () => current.jwk,
    rotate,
    fail: (next) => void (failing = next),
    logInAs: (claims, state = null) => void ([visitor, stateSent] = [claims, state]),
    tokensLast: (seconds) => void (tokenSeconds = seconds),
    given,
    refused: () => refused,
    logOut: () => refreshTokens.clear(),
    claimToBe: (issuer) => void (pretended = issuer),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return made;
}
