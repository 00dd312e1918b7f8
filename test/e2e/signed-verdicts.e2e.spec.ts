/**
 * Signed verdicts as their readers meet them. What holds, for `assay verify` and for the Python and the TypeScript of
 * docs/signed-verdicts.md, as they stand there:
 * - `assay up` makes a key at its first start, for its owner alone, and signs what it publishes; the public key needs no
 *   API key;
 * - a genuine verdict is accepted, however its JSON is formatted;
 * - an altered one, one with the signature of another, and one signed with another key are refused in plain words;
 * - so is, by `assay verify`, a genuine one that is shown with another file.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublicKeySet, Verdict, VerdictSignature } from '@assay/contracts';
import { canonicalJson, publicKeyOf, signatureOf, type SigningKey } from '@assay/pipeline';
import { assay, startService } from '../support/assay-cli';
import { hasPythonCryptography, runPython, runTypeScript, snippetOf } from '../support/doc-snippets';

/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

if (!hasPythonCryptography) {
  console.warn('SKIPPED: the Python of docs/signed-verdicts.md is run with cryptography (pip install cryptography)');
}

let folder: string;
let verdict: Verdict;
let signature: VerdictSignature;
let keySet: PublicKeySet;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'assay-signed-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, content: unknown): Promise<string> => {
  const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

it('assay up signs what it publishes, with a key of its own', async () => {
  const dataDir = join(folder, 'data');
  const media = await write('media.txt', 'not a video');
  const service = await startService(dataDir);
  try {
    expect((await stat(join(dataDir, 'signing-key.pem'))).mode & 0o777).toBe(0o600);
    // Before anything was signed.
    keySet = PublicKeySet.parse(await (await fetch(`${service.url}/.well-known/assay-keys.json`)).json());
    const { scan } = await service.submit(media);
    await service.untilScan(scan, ({ state }) => state === 'done');
    const document = await (await service.request(`/v1/scans/${scan}/verdict`)).text();
    verdict = Verdict.parse(JSON.parse(document));
    expect(document).toBe(canonicalJson(verdict));
    const path = `/v1/scans/${scan}/verdict/signature`;
    signature = VerdictSignature.parse(await (await service.request(path)).json());
    const online = ['--key', `${service.url}/.well-known/assay-keys.json`];
    const args = ['verify', await write('v.json', document), media, '--signature', await write('s.json', signature)];
    expect(await assay([...args, ...online], folder)).toMatchObject({
      code: 0,
      stdout: `✓ genuine: signed with the key ${signature.keyId}\n`,
    });
    const unknown = await service.request(`/v1/scans/sc_${'0'.repeat(32)}/verdict/signature`);
    expect([unknown.status, (await unknown.json()).type]).toEqual([404, 'urn:problem-type:assay:scan-not-found']);
    expect((await fetch(service.url + path)).status).toBe(401);
  } finally {
    await service.end('SIGINT');
  }
  expect(service.log()).not.toContain((await readFile(join(dataDir, 'signing-key.pem'), 'utf8')).split('\n')[1]);
});

interface Case {
  verdict: object;
  signature: VerdictSignature;
  keys: PublicKeySet;
}

function cases(): Record<string, { given: Case; says: string; refused: RegExp | null }> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const stranger: SigningKey = { privateKey, publicKey: publicKeyOf(publicKey) };
  const genuine = { verdict, signature, keys: keySet };
  const otherScan = `sc_${'1'.repeat(32)}`;
  const numbers = [0.1, 1e-7, 1.5e-6, 1e-5, 123456789012345680000, 1e21, 1.5e300, 5e-324, -0, -2.5, 1 / 3, 1e16, 4.35];
  const odd = {
    ...verdict,
    numbers,
    file: 'Ünïcode "\u2028\u0001\\ \u{1F3AC}.mp4',
    'ключ\u{1F600}': { '\uffff': 1, a: [] },
  };
  const oddSignature = signatureOf(verdict.scan, odd, stranger);
  const trusted = { keys: [stranger.publicKey] };
  return {
    'a genuine one': { given: genuine, says: '✓ genuine', refused: null },
    'a genuine one with odd numbers and names': {
      given: { verdict: odd, signature: oddSignature, keys: trusted },
      says: '✓ genuine',
      refused: null,
    },
    'an altered one': {
      given: { ...genuine, verdict: { ...verdict, verdict: 'likely_authentic' } },
      says: '✗ refused: the verdict was changed after it was signed, or the signature was\n',
      refused: /refused: changed after it was signed/,
    },
    'one with the signature of another': {
      given: { ...genuine, verdict: { ...verdict, scan: otherScan } },
      says: '✗ refused: the signature belongs to the verdict of another scan\n',
      refused: /refused: the signature of another verdict/,
    },
    'one with such a signature under its own name': {
      given: { ...genuine, verdict: { ...verdict, scan: otherScan }, signature: { ...signature, scan: otherScan } },
      says: '✗ refused: the verdict was changed after it was signed, or the signature was\n',
      refused: /refused: changed after it was signed/,
    },
    'one that is signed with another key': {
      given: { ...genuine, signature: signatureOf(verdict.scan, verdict, stranger) },
      says: '✗ refused: it was signed with another key than those given\n',
      refused: /refused: signed with another key/,
    },
  };
}

it.each([
  'a genuine one',
  'a genuine one with odd numbers and names',
  'an altered one',
  'one with the signature of another',
  'one with such a signature under its own name',
  'one that is signed with another key',
])('%s is told apart by all three', async (name) => {
  const { given, says, refused } = cases()[name]!;
  const files = [
    // Formatted by someone else: what counts is what it says.
    await write('verdict.json', JSON.stringify(given.verdict, null, 2)),
    await write('verdict.sig.json', given.signature),
    await write('keys.json', given.keys),
  ];
  const checked = await assay(['verify', files[0]!, '--key', files[2]!], folder);
  expect([checked.code, checked.stdout]).toEqual([refused ? 1 : 0, expect.stringContaining(says)]);
  const readers = [
    ['TypeScript', runTypeScript(snippetOf('signed-verdicts.md', 'ts'), folder, files)] as const,
    ...(hasPythonCryptography
      ? [['Python', runPython(snippetOf('signed-verdicts.md', 'python'), folder, files)] as const]
      : []),
  ];
  for (const [language, { code, stdout, stderr }] of readers) {
    const expected = refused ? [1, '', expect.stringMatching(refused)] : [0, 'genuine\n', ''];
    expect([language, code, stdout, stderr]).toEqual([language, ...expected]);
  }
});

it('assay verify takes keys as PEM and JWK, notices another file, and says what it cannot read', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key: SigningKey = { privateKey, publicKey: publicKeyOf(publicKey) };
  const document = await write('own.json', verdict);
  await write('own.sig.json', signatureOf(verdict.scan, verdict, key));
  const pem = await write('own.pem', String(publicKey.export({ format: 'pem', type: 'spki' })));
  const jwk = await write('own.jwk', publicKey.export({ format: 'jwk' }));
  const other = await write('other.txt', 'another file');
  const verify = (...args: string[]) => assay(['verify', document, ...args], folder);
  for (const path of [pem, jwk]) expect(await verify('--key', path)).toMatchObject({ code: 0 });
  expect(await verify(other, '--key', pem)).toMatchObject({
    code: 1,
    stdout: '✗ refused: the verdict is genuine, but speaks of another file\n',
  });
  const told = await verify(other, '--key', pem, '--json');
  expect(JSON.parse(told.stdout)).toMatchObject({ genuine: false, fault: 'other_file', keyId: key.publicKey.kid });
  expect(await verify('--key', other)).toMatchObject({ code: 3 });
  expect(await verify('--key', pem, '--signature', other)).toMatchObject({ code: 3 });
  expect(await verify('--key', join(folder, 'absent.pem'))).toMatchObject({ code: 3 });
  expect(await verify('--key', 'http://127.0.0.1:1023/keys.json')).toMatchObject({ code: 3 });
  expect(await verify()).toMatchObject({ code: 2 });
});
