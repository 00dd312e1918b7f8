import { type LoginProvider, LoginSettings } from '@assay/contracts';
import * as oauth from 'oauth4webapi';

const settingsPath = '/.well-known/assay-login.json';
const storageKey = 'assay.login';

/** What this page has to know again when the provider has sent its visitor back. */
interface Begun {
  state: string;
  nonce: string;
  verifier: string;
  /** The scan that was on show. */
  hash: string;
}

const pageAddress = (): string => `${window.location.origin}/`;
const clientOf = ({ clientId }: LoginProvider): oauth.Client => ({ client_id: clientId, token_endpoint_auth_method: 'none' });
/** Plain http only to a provider on this very machine, which is all that the service is configured with. */
const optionsFor = ({ issuer }: LoginProvider) => ({ [oauth.allowInsecureRequests]: issuer.startsWith('http:') });

/** @returns null where people do not log in */
export async function readProvider(): Promise<LoginProvider | null> {
  const answer = await fetch(settingsPath);
  return LoginSettings.parse(await answer.json()).provider;
}

/** Sends the visitor to the provider; the page is left. */
export async function beginLogin(provider: LoginProvider): Promise<void> {
  const server = await discover(provider);
  if (!server.authorization_endpoint) throw new Error('the provider has no page to log in on');
  const begun: Begun = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    hash: window.location.hash,
  };
  window.sessionStorage.setItem(storageKey, JSON.stringify(begun));
  const address = new URL(server.authorization_endpoint);
  const asked = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: pageAddress(),
    scope: provider.scope,
    // Providers that need no word on it leave it aside (RFC 6749, 3.1).
    audience: provider.audience,
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  window.location.assign(address);
}

/** The answer of the provider, taken out of the address at once. @returns null when the visitor just came by */
export function takeAnswer(): { address: URL; begun: Begun } | null {
  const address = new URL(window.location.href);
  const { searchParams } = address;
  if (!searchParams.has('state') || !(searchParams.has('code') || searchParams.has('error'))) return null;
  const kept = window.sessionStorage.getItem(storageKey);
  window.sessionStorage.removeItem(storageKey);
  const begun = kept === null ? null : (JSON.parse(kept) as Begun);
  window.history.replaceState(null, '', window.location.pathname + (begun?.hash ?? ''));
  // An answer that this page never asked for is somebody else's.
  return begun && { address, begun };
}

/** What the provider gave; kept nowhere but in this page. */
export interface Granted {
  /** For the service. */
  accessToken: string;
  /** For the provider, for the next one; null where it gives none. */
  refreshToken: string | null;
  /** By this machine's clock, ms; Infinity where the provider does not say. */
  expiresAt: number;
}

/** @throws where the provider said no, or it is another's answer */
export async function finishLogin(
  provider: LoginProvider,
  { address, begun }: { address: URL; begun: Begun },
): Promise<Granted> {
  const server = await discover(provider);
  const client = clientOf(provider);
  const answer = oauth.validateAuthResponse(server, client, address, begun.state);
  const granted = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    pageAddress(),
    begun.verifier,
    optionsFor(provider),
  );
  return grantedBy(
    await oauth.processAuthorizationCodeResponse(server, client, granted, { expectedNonce: begun.nonce }),
  );
}

/** @throws oauth.ResponseBodyError where the provider wants the person to log in again; else what kept it from answering */
export async function renewLogin(provider: LoginProvider, refreshToken: string): Promise<Granted> {
  const server = await discover(provider);
  const client = clientOf(provider);
  const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, optionsFor(provider));
  const next = grantedBy(await oauth.processRefreshTokenResponse(server, client, answer));
  // A provider that sends no other one lets the old one be used again (RFC 6749, 6).
  return { ...next, refreshToken: next.refreshToken ?? refreshToken };
}

function grantedBy({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Granted {
  const expiresAt = expires_in === undefined ? Infinity : Date.now() + expires_in * 1000;
  return { accessToken: access_token, refreshToken: refresh_token ?? null, expiresAt };
}

async function discover(provider: LoginProvider): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(provider.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, optionsFor(provider)));
}
