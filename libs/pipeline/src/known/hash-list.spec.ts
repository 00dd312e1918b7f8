/** Invariants: a hash list comes back as it went out, in each format; a faulty row is named, what is unknown passed over. */
import { hashFromHex } from '@assay/fingerprint';
import { hashListCsv, hashListJson, readHashList } from './hash-list';
import { type Signal, toSignalRow } from './signal-row';

const read = (text: string): Signal[] => readHashList(text).signals;

const hash = (digit: string) => hashFromHex(digit.repeat(64));
const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const signals: Signal[] = [
  {
    name: 'a "quoted", long name.mp4',
    type: 'vpdq',
    frames: [
      { frame: 0, quality: 100, seconds: 0, hash: hash('a') },
      { frame: 1, quality: 7, seconds: 1.04, hash: hash('5') },
    ],
  },
  { name: 'still.png', type: 'pdq', frames: [{ frame: 0, quality: 100, seconds: 0, hash: hash('c') }] },
  { name: 'bytes.mp4', type: 'video_md5', md5 },
];

test.each([
  ['CSV', hashListCsv],
  ['JSON', hashListJson],
])('%s goes out and in', (_, write) => {
  expect(read(write(signals.map((signal) => toSignalRow(signal))))).toEqual(signals);
});

test('CSV of other tools is read by its column names; other signal types are passed over', () => {
  const csv = `collab,signal_type,signal_str,category,tags\r\nSample,pdq,${'c'.repeat(64)},POSITIVE_CLASS,news\r\nSample,url,https://a.example,,\r\n`;
  expect(read(csv)).toEqual([{ ...signals[1], name: 'news' }]);
});

test('lines of the file exchange are read', () => {
  expect(read(`pdq ${'c'.repeat(64)}\nvideo_md5 ${md5.toUpperCase()}\n`)).toEqual([
    { ...signals[1], name: 'row 1' },
    { ...signals[2], name: 'row 2' },
  ]);
});

test.each([
  ['a short hash', `pdq ${'c'.repeat(64)}\npdq ${'c'.repeat(63)}`, 'row 2: a PDQ hash has 64'],
  ['a vPDQ signal without quality', `vpdq ["${'c'.repeat(64)},1.0"]`, 'row 1: 0: must be'],
  ['text that is no list', 'hello', 'signal_type'],
  ['broken JSON', '[{', 'is neither CSV'],
])('%s is refused', (_, text, why) => {
  expect(() => read(text)).toThrow(why);
});

test('vPDQ as python-threatexchange wrote it before is read too, in the order of time', () => {
  const features = {
    30: { quality: 90, hash: 'b'.repeat(64), timestamp: 1.0 },
    0: { quality: 100, hash: 'a'.repeat(64), timestamp: 0 },
  };
  const [signal] = read(`vpdq ${JSON.stringify(features)}`);
  expect(signal).toMatchObject({
    type: 'vpdq',
    frames: [
      { frame: 0, seconds: 0, quality: 100 },
      { frame: 30, seconds: 1, quality: 90 },
    ],
  });
});

test('says how many rows are of types that are not matched', () => {
  expect(readHashList(`url https://a.example\npdq ${'c'.repeat(64)}`).passedOver).toBe(1);
});
