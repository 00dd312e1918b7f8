/**
 * What holds: an upload is gone on with for the same file, the same place and the same wishes; for bytes without a name it
 * never is.
 */
import { resumeFingerprint } from './resume-fingerprint';

const endpoint = 'https://assay.example/v1/uploads';
const file = (name = 'clip.mp4', lastModified = 1) => new File(['abc'], name, { type: 'video/mp4', lastModified });
const scanned = { endpoint, metadata: { filename: 'clip.mp4', scan: 'true' } };

it('is the same for the same', () => {
  expect(resumeFingerprint(file(), scanned)).toBe(resumeFingerprint(file(), { ...scanned }));
});

it.each<[string, File, typeof scanned | { endpoint: string; metadata: Record<string, string> }]>([
  ['another name', file('other.mp4'), scanned],
  ['another time', file('clip.mp4', 2), scanned],
  ['another place', file(), { ...scanned, endpoint: 'https://other.example/v1/uploads' }],
  ['another policy', file(), { endpoint, metadata: { filename: 'clip.mp4', policy: 'strict' } }],
  ['a callback', file(), { endpoint, metadata: { ...scanned.metadata, callback: '{"url":"https://x.example"}' } }],
])('is another for %s', (_what, other, options) => {
  expect(resumeFingerprint(other, options)).not.toBe(resumeFingerprint(file(), scanned));
});

it.each([new Blob(['abc'], { type: 'video/mp4' }), new Uint8Array(3), { path: 'clip.mp4' }])(
  'is none for what is no File',
  (source) => expect(resumeFingerprint(source, scanned)).toBeNull(),
);
