import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  /** What the discovery document says in place of the truth. */
  claimToBe(issuer: string | null): void;
  close(): Promise<void>;
}

const tokenSeconds = 300;

/** A small OpenID Connect provider: discovery and keys over real HTTP, tokens signed with real keys. */
export async function startIssuer(): Promise<TestIssuer> {
  let [number, asked, failing]: [number, number, boolean] = [0, 0, false];
  let pretended: string | null = null;
  let current: { alg: string; kid: string; privateKey: PrivateKey; jwk: object };
  const rotate = async (alg = 'RS256'): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const kid = `key-${(number += 1)}`;
    current = { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  };
  await rotate();
  const server = createServer((request, response) => {
    const answer = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (failing) return void response.writeHead(500).end();
    if (request.url === '/realm/.well-known/openid-configuration') {
      return void answer({ issuer: pretended ?? url, jwks_uri: `${url}/keys` });
    }
    if (request.url === '/realm/keys') {
      asked += 1;
      return void answer({ keys: [current.jwk] });
    }
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
  return {
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
    claimToBe: (issuer) => void (pretended = issuer),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
