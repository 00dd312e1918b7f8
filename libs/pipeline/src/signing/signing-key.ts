import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicKeyJwk } from '@assay/contracts';
import { makeFolder } from '@assay/storage';
import type { Config } from '../config';
import { ConfigError } from '../config-error';
import { canonicalJson } from './canonical-json';

const fileName = 'signing-key.pem';
/** For its owner alone. */
const fileMode = 0o600;
const folderMode = 0o700;

export interface SigningKey {
  privateKey: KeyObject;
  publicKey: PublicKeyJwk;
}

type KeyConfig = Pick<Config, 'dataDir' | 'signingKeyFile'>;

/** The key that is configured, or else the one in the data folder. */
export function signingKeyPath({ dataDir, signingKeyFile }: KeyConfig): string {
  return signingKeyFile ?? join(dataDir, fileName);
}

/**
 * @returns null where nobody made or configured one: verdicts are then not signed
 * @throws ConfigError when the file that was configured is not there, or is no Ed25519 key
 */
export async function loadSigningKey(config: KeyConfig): Promise<SigningKey | null> {
  const problem = (message: string) => new ConfigError([{ name: 'ASSAY_SIGNING_KEY_FILE', message }]);
  const pem = await readFile(signingKeyPath(config), 'utf8').catch((error: unknown) => {
    if (config.signingKeyFile === null && isCode(error, 'ENOENT')) return null;
    throw problem('must name a file that can be read');
  });
  if (pem === null) return null;
  try {
    return signingKeyOf(createPrivateKey(pem));
  } catch {
    throw problem('must name an Ed25519 private key in PEM (PKCS #8)');
  }
}

/** Makes the key of the data folder at the first start. Of processes that start together one makes it. */
export async function ensureSigningKey(config: KeyConfig): Promise<SigningKey> {
  const known = await loadSigningKey(config);
  if (known) return known;
  await makeFolder(config.dataDir, { mode: folderMode });
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeOnce(signingKeyPath(config), privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
  return (await loadSigningKey(config)) ?? signingKeyOf(privateKey);
}

/** @throws Error for a key of another kind */
export function publicKeyOf(key: KeyObject): PublicKeyJwk {
  const { kty, crv, x } = createPublicKey(key.export({ format: 'pem', type: 'spki' })).export({ format: 'jwk' });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new Error('This is no Ed25519 key.');
  return { kty, crv, x, kid: keyIdOf(x), use: 'sig', alg: 'EdDSA' };
}

/** RFC 7638, with the members that RFC 8037 names. */
export function keyIdOf(x: string): string {
  return createHash('sha256')
    .update(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  return { privateKey, publicKey: publicKeyOf(createPublicKey(privateKey)) };
}

/** Whole or not at all, at no moment readable for others, and never over another one. */
async function writeOnce(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'w', fileMode);
  try {
    await file.chmod(fileMode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** By shape: where a test runner gives each file its own globals, Node's errors are no `instanceof Error`. */
const isCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
