import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { PublicKeyJwk } from '@assay/contracts';
import { fetchMedia, FetchMediaError, privateNetworks } from '@assay/fetch-media';
import { keyIdOf, publicKeyOf } from '@assay/pipeline';
import { z } from 'zod';
import { CliError, ExitCode } from '../exit';

/** Thousands of keys; what is larger is something else, bytes. */
const maxBytes = 1_000_000;

/** Members that others add to their keys are of no matter here. */
const Jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: PublicKeyJwk.shape.x });
const JwkSet = z.object({ keys: z.array(z.unknown()) });

/**
 * Ed25519 public keys from a file or an http(s) address: PEM, a JWK or a set of them. Their ids are computed here: what a
 * document calls its keys proves nothing.
 *
 * @throws CliError when there are none
 */
export async function readPublicKeys(from: string, signal: AbortSignal): Promise<PublicKeyJwk[]> {
  const text = /^https?:\/\//i.test(from) ? await download(from, signal) : await readFileAt(from);
  const keys = text.includes('-----BEGIN') ? keysOfPem(text) : keysOfJson(text);
  if (keys.length > 0) return keys;
  throw new CliError(`${from} holds no Ed25519 public key (PEM, JWK or JWK set).`, ExitCode.rejected);
}

async function readFileAt(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new CliError(`${path} cannot be read.`, ExitCode.rejected);
  });
}

/** The service may be on this machine or in the same network. */
async function download(address: string, signal: AbortSignal): Promise<string> {
  try {
    const body = await fetchMedia(address, { maxBytes, privateNetworks }, (stream) => buffer(stream), signal);
    return body.toString('utf8');
  } catch (error) {
    if (error instanceof FetchMediaError) throw new CliError(`${address}: ${error.message}`, ExitCode.rejected);
    throw error;
  }
}

function keysOfPem(pem: string): PublicKeyJwk[] {
  try {
    return [publicKeyOf(createPublicKey(pem))];
  } catch {
    return [];
  }
}

function keysOfJson(text: string): PublicKeyJwk[] {
  const document = parseJson(text);
  const candidates = JwkSet.safeParse(document).data?.keys ?? [document];
  return candidates.flatMap((candidate) => {
    const { data } = Jwk.safeParse(candidate);
    return data ? [{ ...data, kid: keyIdOf(data.x) }] : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
