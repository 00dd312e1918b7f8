/**
 * Invariants: no format in which credentials are embedded, and no place in the file, hides them; a file without them has none, so that
 * the reader is not started for nothing.
 */
import { writeFile } from 'node:fs/promises';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { faceClip } from '../../../test/support/clips';
import { makeTestSigner, type TestSigner } from '../../../test/support/content-credentials';
import { mayHoldCredentials } from './credential-marks';

const { signal } = new AbortController();
let folder: Awaited<ReturnType<typeof mediaFolder>>;
let signer: TestSigner;

beforeAll(async () => {
  folder = await mediaFolder();
  signer = await makeTestSigner(folder.path(''));
});
afterAll(() => folder.remove());

it.each([
  ['clip.mp4', 'video/mp4'],
  ['clip.avi', 'video/avi'],
  ['clip.gif', 'image/gif'],
  ['still.jpg', 'image/jpeg'],
  ['still.webp', 'image/webp'],
  ['still.tiff', 'image/tiff'],
])('finds those that were embedded in %s', async (name, mimeType) => {
  const plain = folder.path(name);
  await ffmpeg('-i', faceClip(), '-frames:v', '1', plain);
  expect(await mayHoldCredentials(plain, mimeType, signal)).toBe(false);
  const signed = await signer.sign(plain, folder.path(`signed-${name}`), mimeType);
  expect(await mayHoldCredentials(signed, mimeType, signal)).toBe(true);
});

it('finds the address of those that lie elsewhere', async () => {
  const address = 'http://127.0.0.1:9/manifest';
  const remote = await signer.sign(faceClip('still.jpg'), folder.path('remote.jpg'), 'image/jpeg', address);
  expect(await mayHoldCredentials(remote, 'image/jpeg', signal)).toBe(true);
});

it('misses none at the border of two pieces, nor at the end', async () => {
  const path = folder.path('bytes');
  for (let back = 0; back <= 10; back += 1) {
    const bytes = Buffer.alloc(2 ** 21 + 1);
    bytes.write('provenance', 2 ** 20 - back);
    await writeFile(path, bytes);
    expect([back, await mayHoldCredentials(path, 'video/mp4', signal)]).toEqual([back, true]);
  }
  await writeFile(path, Buffer.concat([Buffer.alloc(2 ** 20 - 2), Buffer.from('c2pa')]));
  expect(await mayHoldCredentials(path, 'video/mp4', signal)).toBe(true);
});

it('does not judge what could be hidden from it', async () => {
  expect(await mayHoldCredentials(faceClip('still.jpg'), 'image/png', signal)).toBe(true);
});
