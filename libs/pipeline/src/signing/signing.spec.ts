/**
 * Invariants: the key is made once, for its owner alone, and is never replaced; a file that is no key is refused by name; a
 * published verdict has its signature, also when the publication was cut off before it; what was changed, belongs to another
 * verdict or was signed with another key is refused, each with its own reason; a verdict that is withdrawn takes its
 * signature with it.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTenant, Verdict, VerdictSignature } from '@assay/contracts';
import { ConfigError } from '../config-error';
import { deleteMedia } from '../delete-media';
import { ScanCancelledError } from '../errors';
import { keys } from '../keys';
import type { OpenPorts } from '../open-ports';
import { withdrawVerdict } from '../scan-state';
import { reject } from '../stages/judge';
import { publish } from '../stages/publish';
import { readStored } from '../stored';
import { registerScan } from '../submit';
import { newMedia, noAbort, testPorts } from '../testing/test-ports';
import { canonicalJson } from './canonical-json';
import { checkSignature } from './check-signature';
import { listPublicKeys } from './public-keys';
import { createSigner, signatureOf } from './sign-verdict';
import { ensureSigningKey, loadSigningKey, type SigningKey } from './signing-key';

let dataDir: string;
let key: SigningKey;
let ports: OpenPorts;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'assay-signing-'));
  key = await ensureSigningKey({ dataDir, signingKeyFile: null });
  ports = { ...(await testPorts()), signer: createSigner(key) };
});
afterEach(async () => {
  await ports.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('the key', () => {
  it('is made once, whoever starts at the same time, and is for its owner alone', async () => {
    const fresh = join(dataDir, 'fresh');
    const made = await Promise.all([1, 2, 3].map(() => ensureSigningKey({ dataDir: fresh, signingKeyFile: null })));
    expect(new Set(made.map(({ publicKey }) => publicKey.kid)).size).toBe(1);
    const path = join(fresh, 'signing-key.pem');
    expect([(await stat(path)).mode & 0o777, await readdir(fresh)]).toEqual([0o600, ['signing-key.pem']]);
    // As another tool reads it.
    const der = execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-outform', 'DER']);
    expect(der.subarray(-32).toString('base64url')).toBe(made[0]?.publicKey.x);
  });

  it('is the configured one, and what is none is refused by the name of the setting', async () => {
    const other = join(dataDir, 'other.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', other]);
    const configured = await loadSigningKey({ dataDir, signingKeyFile: other });
    expect(configured?.publicKey.kid).not.toBe(key.publicKey.kid);
    expect(await loadSigningKey({ dataDir: join(dataDir, 'none'), signingKeyFile: null })).toBeNull();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeFile(join(dataDir, 'rsa.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await writeFile(join(dataDir, 'text.pem'), 'no key');
    for (const name of ['rsa.pem', 'text.pem', 'absent.pem']) {
      const loading = loadSigningKey({ dataDir, signingKeyFile: join(dataDir, name) });
      const error = await loading.catch((reason: unknown) => reason);
      expect([name, error instanceof ConfigError && error.problems[0]?.name]).toEqual([name, 'ASSAY_SIGNING_KEY_FILE']);
      expect(String(error)).not.toContain(dataDir);
    }
  });
});

async function judged(): Promise<Verdict> {
  const { scan } = await registerScan(ports, { tenant: defaultTenant, media: await newMedia(ports) }, noAbort);
  const outcome = await reject(scan.id, { code: 'not_media', message: 'This is no media.' }, ports, noAbort);
  if (!outcome.ok) throw new Error('not judged');
  return outcome.value;
}
const signatureIn = (scan: string) => readStored(ports.store, keys.signature(scan), VerdictSignature, noAbort);

describe('a published verdict', () => {
  it('is signed as it is stored, in its canonical form, and its key is known', async () => {
    const verdict = await judged();
    await publish(verdict, ports, noAbort);
    const stored = await ports.store.get(keys.verdict(verdict.scan), noAbort);
    expect(stored?.toString()).toBe(canonicalJson(verdict));
    const signature = await signatureIn(verdict.scan);
    const known = await listPublicKeys(ports.store, noAbort);
    expect(known).toEqual([key.publicKey]);
    expect(checkSignature(verdict, signature!, known)).toBeNull();
    // Publishing again changes nothing, and gives back what was lost.
    await ports.store.delete(keys.signature(verdict.scan), noAbort);
    await publish(verdict, ports, noAbort);
    expect(await signatureIn(verdict.scan)).toEqual(signature);
    await deleteMedia(ports, null, { tenant: defaultTenant, media: verdict.media! }, noAbort);
    expect(await signatureIn(verdict.scan)).toBeNull();
  });

  it('that is withdrawn takes its signature with it', async () => {
    const verdict = await judged();
    await ports.signer?.sign(verdict.scan, ports.store, noAbort);
    await expect(withdrawVerdict(verdict.scan, ports, noAbort)).rejects.toThrow(ScanCancelledError);
    expect(await signatureIn(verdict.scan)).toBeNull();
  });
});

describe('checkSignature', () => {
  it('accepts the document in any format and order, and nothing else', async () => {
    const verdict = await judged();
    const signature = signatureOf(verdict.scan, verdict, key);
    const known = [key.publicKey];
    const reordered = Object.fromEntries(Object.entries(verdict).reverse());
    expect(checkSignature(JSON.parse(JSON.stringify(reordered, null, 2)), signature, known)).toBeNull();
    for (const change of [{ probability: 0.5 }, { verdict: 'likely_authentic' }, { extra: 1 }, { media: null }]) {
      expect([change, checkSignature({ ...verdict, ...change }, signature, known)]).toEqual([change, 'altered']);
    }
    const another = await judged();
    expect(checkSignature(another, signature, known)).toBe('other_verdict');
    expect(checkSignature(another, { ...signature, scan: another.scan }, known)).toBe('altered');
    const stranger = await ensureSigningKey({ dataDir: join(dataDir, 'stranger'), signingKeyFile: null });
    expect(checkSignature(verdict, signatureOf(verdict.scan, verdict, stranger), known)).toBe('unknown_key');
    const disguised = { ...signatureOf(verdict.scan, verdict, stranger), keyId: key.publicKey.kid };
    expect(checkSignature(verdict, disguised, known)).toBe('altered');
  });
});

it('canonicalJson writes the example of RFC 8785, 3.2.3', () => {
  const example = {
    // eslint-disable-next-line no-loss-of-precision -- the point of the example
    numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(example)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

it('the private key is in no document of the store', async () => {
  await publish(await judged(), ports, noAbort);
  const seed = key.privateKey.export({ format: 'jwk' }).d!;
  const pem = await readFile(join(dataDir, 'signing-key.pem'), 'utf8');
  for await (const { key: name } of ports.store.list('', noAbort)) {
    const body = (await ports.store.get(name, noAbort))?.toString() ?? '';
    expect([name, body.includes(seed), body.includes(pem.split('\n')[1]!)]).toEqual([name, false, false]);
  }
});
