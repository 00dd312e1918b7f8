/**
 * Invariants: what a signed file says is read back; a byte changed after signing is noticed; a file without is `absent`; where nobody
 * can look it is `not_checked`, never `absent`; nothing is fetched; hostile files end in a reading, not in an error.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { mediaFolder } from '../../../test/media/make-media';
import { faceClip } from '../../../test/support/clips';
import { makeTestSigner, type TestSigner } from '../../../test/support/content-credentials';
import { readContentCredentials } from './read-content-credentials';

const plain = { trustAnchorsFile: null, library: null };
const { signal } = new AbortController();
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let signer: TestSigner;
let signed: string;

beforeAll(async () => {
  folder = await mediaFolder();
  signer = await makeTestSigner(folder.path(''));
  signed = await signer.sign(faceClip(), folder.path('signed.mp4'), 'video/mp4');
  await writeFile(folder.path('marked.mkv'), Buffer.concat([await readFile(faceClip('cut.mkv')), Buffer.from('c2pa')]));
});
afterAll(() => folder.remove());

const read = (path: string, options = plain, container = 'mov') =>
  readContentCredentials(path, container, options, signal);

/** A copy of the signed clip with some of its bytes changed. */
async function changed(name: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = await readFile(signed);
  change(bytes);
  await writeFile(folder.path(name), bytes);
  return folder.path(name);
}

it('reads back what was signed', async () => {
  expect(await read(signed)).toEqual({
    status: 'valid',
    notChecked: null,
    credentials: {
      trust: 'not_checked',
      claimGenerator: 'picture-machine 2.1',
      title: 'a signed clip',
      issuer: 'Test Publisher',
      commonName: 'Test Signer',
      algorithm: 'Es256',
      signedAt: null,
      actions: [
        {
          part: 'file',
          action: 'c2pa.created',
          digitalSourceType: 'trainedAlgorithmicMedia',
          software: 'painter',
          when: null,
        },
      ],
      ingredients: [],
      validation: [],
    },
  });
});

it('reads stills too', async () => {
  const still = await signer.sign(faceClip('still.jpg'), folder.path('signed.jpg'), 'image/jpeg');
  const reading = await read(still, plain, 'jpeg_pipe');
  expect([reading.status, reading.credentials?.commonName]).toEqual(['valid', 'Test Signer']);
});

it('trusts whom the list trusts, and nobody else', async () => {
  const trusted = await read(signed, { ...plain, trustAnchorsFile: signer.authority });
  expect([trusted.status, trusted.credentials?.trust]).toEqual(['valid', 'trusted']);

  const stranger = await mediaFolder();
  const { authority } = await makeTestSigner(stranger.path(''));
  const untrusted = await read(signed, { ...plain, trustAnchorsFile: authority });
  await stranger.remove();
  expect([untrusted.status, untrusted.credentials?.trust]).toEqual(['valid', 'untrusted']);
  expect(untrusted.credentials?.validation).toEqual([
    { part: 'file', code: 'signingCredential.untrusted', failure: true },
  ]);
});

it.each([
  ['the picture', 'assertion.bmffHash.mismatch', (bytes: Buffer) => void (bytes[bytes.length - 2000]! ^= 1)],
  [
    'what is claimed',
    'claimSignature.mismatch',
    (bytes: Buffer) => void (bytes[bytes.indexOf('picture-machine')]! ^= 1),
  ],
])('notices that %s was changed after signing', async (_what, code, change) => {
  const reading = await read(await changed('changed.mp4', change));
  expect(reading.status).toBe('invalid');
  expect(reading.credentials?.validation).toContainEqual({ part: 'file', code, failure: true });
});

it('says `absent` of a file without, and `invalid` of credentials that cannot be read', async () => {
  expect(await read(faceClip())).toEqual({ status: 'absent', notChecked: null, credentials: null });
  const damaged = await changed('damaged.mp4', (bytes) => {
    const at = bytes.indexOf('c2pa.created');
    bytes.fill(0xff, at - 40, at + 100);
  });
  expect(await read(damaged)).toEqual({ status: 'invalid', notChecked: null, credentials: null });
});

it.each([
  ['the reader does not run here', 'reader_missing', () => read(signed, { ...plain, library: '/no/such.node' })],
  ['no reader is installed', 'reader_missing', () => read(faceClip(), { ...plain, library: '/no/such.node' })],
  ['containers without a place for them', 'format_not_covered', () => read(faceClip('cut.mkv'), plain, 'matroska')],
  ['a file that is no such container', 'reader_failed', () => read(folder.path('marked.mkv'))],
  ['no file', 'reader_failed', () => read(folder.path('none.mp4'))],
])('says `not_checked`, not `absent`: %s', async (_what, reason, reading) => {
  expect(await reading()).toEqual({ status: 'not_checked', notChecked: reason, credentials: null });
});

it('fetches nothing that a file names', async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/manifest`;
    const remote = await signer.sign(faceClip('still.jpg'), folder.path('remote.jpg'), 'image/jpeg', address);
    expect(await read(remote, plain, 'jpeg_pipe')).toMatchObject({ status: 'not_checked', notChecked: 'remote_only' });
    expect(asked).toBe(0);
  } finally {
    server.close();
  }
});

it('ends when it is told to', async () => {
  const stop = new AbortController();
  const reading = readContentCredentials(signed, 'mov', plain, stop.signal);
  stop.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
});
