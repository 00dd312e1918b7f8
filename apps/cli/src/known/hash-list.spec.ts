/** Invariants: a hash list comes back as it went out, in each format; a faulty row is named, what is unknown passed over. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFromHex } from '@assay/fingerprint';
import { hashListCsv, hashListJson, readHashList } from './hash-list';
import type { Signal } from './signal-row';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'assay-list-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string): Promise<Signal[]> {
  const path = join(folder, 'list');
  await writeFile(path, text);
  return readHashList(path);
}

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
])('%s goes out and in', async (_, write) => {
  expect(await read(write(signals))).toEqual(signals);
});

test('CSV of other tools is read by its column names; other signal types are passed over', async () => {
  const csv = `collab,signal_type,signal_str,category,tags\r\nSample,pdq,${'c'.repeat(64)},POSITIVE_CLASS,news\r\nSample,url,https://a.example,,\r\n`;
  expect(await read(csv)).toEqual([{ ...signals[1], name: 'news' }]);
});

test('lines of the file exchange are read', async () => {
  expect(await read(`pdq ${'c'.repeat(64)}\nvideo_md5 ${md5.toUpperCase()}\n`)).toEqual([
    { ...signals[1], name: 'row 1' },
    { ...signals[2], name: 'row 2' },
  ]);
});

test.each([
  ['a short hash', `pdq ${'c'.repeat(64)}\npdq ${'c'.repeat(63)}`, 'row 2: a PDQ hash has 64'],
  ['a vPDQ signal without quality', `vpdq ["${'c'.repeat(64)},1.0"]`, 'row 1: 0: must be'],
  ['text that is no list', 'hello', 'signal_type'],
  ['broken JSON', '[{', 'is neither CSV'],
])('%s is refused', async (_, text, why) => {
  await expect(read(text)).rejects.toThrow(why);
});

test('a list that is not there is a usage error', async () => {
  await expect(readHashList(join(folder, 'absent'))).rejects.toMatchObject({ exitCode: 2 });
});
