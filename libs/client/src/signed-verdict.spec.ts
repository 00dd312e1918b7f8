/**
 * What holds: a verdict that is revised between its two requests is no alarm; one that was altered is, after the tries that
 * rule a revision out; the reasons that no revision explains are told at once.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { PublicKeySet, VerdictSignature } from '@assay/contracts';
import canonicalize from 'canonicalize';
import type { Requests } from './requests';
import { signedVerdict } from './signed-verdict';

const scan = `sc_${'1a2b3c4d'.repeat(4)}`;
const pair = generateKeyPairSync('ed25519');
const keyId = randomBytes(32).toString('base64url');
const x = pair.publicKey.export({ format: 'jwk' }).x!;
const keys: PublicKeySet = { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: keyId }] };

/** As the first publication has it, or as it was revised. */
const verdictOf = (createdAt: string) => ({
  schema: 'assay.verdict/1',
  scan,
  media: null,
  file: null,
  createdAt,
  verdict: 'inconclusive',
  probability: null,
  interval: null,
  thresholds: { manipulated: 0.7, authentic: 0.3 },
  policy: { id: 'default', version: 1 },
  reasons: [{ code: 'no_face', text: 'No face was found.', track: null, atSeconds: null }],
  rejection: null,
  kind: null,
  durationSeconds: null,
  width: null,
  height: null,
  tracks: [],
  timeline: [],
  cutsSeconds: [],
  timelinePlot: null,
  provenance: { container: null, contentCredentials: 'not_checked' },
  method: {
    contentSha256: null,
    assay: '0.1.0',
    tools: {},
    models: [],
    modelSet: 'm',
    preprocessing: 'face-crop-v1',
    threadsPerSession: 1,
    framesSeconds: [],
  },
  cost: { totalMs: 1, decodeMs: 1, detectMs: 1, scoreMs: 1, frames: 0, cropsScored: 0 },
});
const first = verdictOf('2026-01-02T03:04:05.678Z');
const revised = verdictOf('2026-01-03T03:04:05.678Z');
const signatureOf = (verdict: object): VerdictSignature => ({
  schema: 'assay.verdict-signature/1',
  scan,
  algorithm: 'Ed25519',
  canonicalization: 'RFC8785',
  keyId,
  signature: sign(null, Buffer.from(canonicalize(verdict)!), pair.privateKey).toString('base64url'),
});

/** Answers of the service in the order of the requests; the last one stays. */
function fetching(signatures: VerdictSignature[], verdicts: unknown[], known = keys) {
  let asked = 0;
  const at = <T>(answers: T[]): T => answers[Math.min(asked, answers.length) - 1]!;
  const getSignature = async () => ((asked += 1), at(signatures));
  const client = { getSignature, publicKeys: async () => known };
  const requests = { document: async () => at(verdicts) } as unknown as Requests;
  return { verdict: signedVerdict(client, requests, { scan, keys: undefined }), asked: () => asked };
}

it('fetches both again when the verdict was revised in between', async () => {
  const { verdict, asked } = fetching([signatureOf(first), signatureOf(revised)], [revised]);
  expect(await verdict).toMatchObject({ createdAt: revised.createdAt });
  expect(asked()).toBe(2);
});

it('tells a verdict that was altered', async () => {
  const { verdict, asked } = fetching([signatureOf(first)], [{ ...first, probability: 0.1 }]);
  await expect(verdict).rejects.toMatchObject({ name: 'VerdictSignatureError', code: 'altered' });
  expect(asked()).toBe(3);
});

it('tells at once what no revision explains', async () => {
  const unknown = fetching([signatureOf(first)], [first], { keys: [] });
  await expect(unknown.verdict).rejects.toMatchObject({ code: 'unknown_key' });
  const broken = fetching([signatureOf(first)], [undefined]);
  await expect(broken.verdict).rejects.toMatchObject({ name: 'AssayProtocolError' });
  expect([unknown.asked(), broken.asked()]).toEqual([1, 1]);
});
