/**
 * Each data set as a miniature tree of the repository's own clips and pictures, under the names that the data set has:
 * - every file gets its label, family and the group of its footage; what belongs to no part of the set is not read;
 * - splits and compressions are the data set's own; asking for one that is not there names the list that is missing;
 * - a root of another kind says what was looked for and what is there;
 * - the words of `--layout` are those of the adapters.
 */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, ExitCode } from '../../exit';
import { layoutChoices } from '../../program';
import { repositoryRoot } from '../../repository-root';
import { type LayoutQuestion, LayoutError, layoutNames, readLayout } from './read-layout';

let root: string;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'assay-layout-')), 'DF40');
  await mkdir(root);
});
afterEach(() => rm(dirname(root), { recursive: true, force: true }));

/** Puts files there: texts as they are, everything else the fixture of its kind. */
async function plant(files: readonly string[], texts: Record<string, unknown> = {}): Promise<void> {
  for (const file of files) {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(repositoryRoot, 'test/fixtures', /\.(png|jpg)$/.test(file) ? 'still.jpg' : 'real-a.mp4'), path);
  }
  for (const [file, text] of Object.entries(texts)) {
    const path = join(root, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof text === 'string' ? text : JSON.stringify(text));
  }
}

/** `file label family group`, the beginning of each path left out. */
async function read(question: LayoutQuestion): Promise<string[]> {
  const { items } = await readLayout(root, question);
  return items.map(({ file, fake, noFace, family, group }) =>
    [file.split('/').slice(-2).join('/'), noFace ? 'no_face' : fake ? 'fake' : 'real', family, group].join(' | '),
  );
}
const failure = (question: LayoutQuestion): Promise<unknown> =>
  readLayout(root, question).then(
    () => null,
    (error: unknown) => error,
  );

describe('FaceForensics++', () => {
  const sequences = (compression: string): string[] => [
    ...['000', '003', '953'].map((name) => `original_sequences/youtube/${compression}/videos/${name}.mp4`),
    `manipulated_sequences/Deepfakes/${compression}/videos/000_003.mp4`,
    `manipulated_sequences/FaceSwap/${compression}/videos/003_000.mp4`,
  ];
  const actors = [
    'original_sequences/actors/c23/videos/01__exit_phone_room.mp4',
    'manipulated_sequences/DeepFakeDetection/c23/videos/01_02__exit_phone_room__YVGY8LOK.mp4',
    'manipulated_sequences/Deepfakes/c23/masks/000_003.mp4',
  ];

  it('groups a pair of sequences with everything that was made of it', async () => {
    await plant([...sequences('c23'), ...actors]);
    expect(await read({ layout: 'ffpp' })).toEqual([
      'videos/01__exit_phone_room.mp4 | real | actors | actor 01',
      'videos/000.mp4 | real | youtube | 000_003',
      'videos/003.mp4 | real | youtube | 000_003',
      'videos/953.mp4 | real | youtube | 953',
      'videos/01_02__exit_phone_room__YVGY8LOK.mp4 | fake | DeepFakeDetection | actor 01',
      'videos/000_003.mp4 | fake | Deepfakes | 000_003',
      'videos/003_000.mp4 | fake | FaceSwap | 000_003',
    ]);
  });

  it('comes at a compression and in splits', async () => {
    await plant([...sequences('c23'), ...sequences('c40'), ...actors], {
      'splits/train.json': [['000', '003']],
      'splits/test.json': [['953', '974']],
    });
    expect(await read({ layout: 'ffpp', split: 'test', compression: 'c40' })).toEqual([
      'videos/953.mp4 | real | youtube | 953_974',
    ]);
    const { items } = await readLayout(root, { layout: 'ffpp', split: 'train' });
    expect(items.map(({ columns }) => columns['split'])).toEqual(Array(4).fill('train'));
    expect(items.every(({ path }) => path.includes('/c23/'))).toBe(true);
  });

  it('says which list it lacks, and at which compression it looked', async () => {
    await plant(sequences('c23'));
    expect(await failure({ layout: 'ffpp', split: 'test' })).toMatchObject({
      message: expect.stringContaining('--split test needs splits/test.json'),
    });
    expect(await failure({ layout: 'ffpp', compression: 'raw' })).toMatchObject({
      message: expect.stringMatching(
        /nothing of FaceForensics\+\+ \(raw\) is there.*The folder has: manipulated_sequences/,
      ),
    });
  });
});

describe('Celeb-DF', () => {
  const clips = [
    'Celeb-real/id1_0007.mp4',
    'YouTube-real/00170.mp4',
    'Celeb-synthesis/id1_id0_0007.mp4',
    'Celeb-synthesis/id2_id1_0003.mp4',
  ];
  const list = '1 YouTube-real/00170.mp4\n0 Celeb-synthesis/id1_id0_0007.mp4\n';

  it('groups by the person who was filmed', async () => {
    await plant(clips);
    expect(await read({ layout: 'celeb-df' })).toEqual([
      'Celeb-real/id1_0007.mp4 | real | Celeb-real | id1',
      'Celeb-synthesis/id1_id0_0007.mp4 | fake | Celeb-synthesis | id1',
      'Celeb-synthesis/id2_id1_0003.mp4 | fake | Celeb-synthesis | id2',
      'YouTube-real/00170.mp4 | real | YouTube-real | YouTube-real 00170',
    ]);
  });

  it.each(['', '/videos'])('has a list of test videos, in folders%s', async (below) => {
    await plant(
      clips.map((file) => file.replace('/', `${below}/`)),
      { 'List_of_testing_videos.txt': list },
    );
    const names = async (split: 'train' | 'test') =>
      (await readLayout(root, { layout: 'celeb-df', split })).items.map(({ file }) => file.split('/').at(-1));
    expect(await names('test')).toEqual(['id1_id0_0007.mp4', '00170.mp4']);
    expect(await names('train')).toEqual(['id1_0007.mp4', 'id2_id1_0003.mp4']);
    expect(await failure({ layout: 'celeb-df', split: 'val' })).toMatchObject({
      message: expect.stringContaining('has the splits train, test'),
    });
  });

  it('has no test split without the list', async () => {
    await plant(clips);
    expect(await failure({ layout: 'celeb-df', split: 'test' })).toMatchObject({
      message: expect.stringContaining('needs List_of_testing_videos.txt'),
    });
  });
});

describe('DFDC', () => {
  it('takes labels and originals from metadata.json, and tells what is not there', async () => {
    await plant(['dfdc_train_part_0/a.mp4', 'dfdc_train_part_0/b.mp4', 'test/c.mp4', 'test/d.mp4'], {
      'dfdc_train_part_0/metadata.json': {
        'a.mp4': { label: 'FAKE', split: 'train', original: 'b.mp4' },
        'b.mp4': { label: 'REAL', split: 'train', original: null },
        'gone.mp4': { label: 'FAKE', split: 'train', original: 'b.mp4' },
      },
      'test/metadata.json': { 'c.mp4': { is_fake: 1 }, 'd.mp4': { is_fake: 0 } },
    });
    expect(await read({ layout: 'dfdc' })).toEqual([
      'dfdc_train_part_0/a.mp4 | fake | DFDC | b',
      'dfdc_train_part_0/b.mp4 | real | original | b',
      'test/c.mp4 | fake | DFDC | c',
      'test/d.mp4 | real | original | d',
    ]);
    expect((await readLayout(root, { layout: 'dfdc', split: 'train' })).notes).toEqual([
      'Videos of metadata.json that are not there: 1.',
    ]);
    expect(await read({ layout: 'dfdc', split: 'test' })).toHaveLength(2);
  });

  it('says which list is none', async () => {
    await plant(['a.mp4'], { 'metadata.json': { 'a.mp4': { label: 'MAYBE' } } });
    expect(await failure({ layout: 'dfdc' })).toMatchObject({
      message: expect.stringMatching(/metadata\.json is not the list/),
    });
  });
});

describe('WildDeepfake', () => {
  const sequence = (folder: string): string[] => ['9', '10', '101'].map((name) => `${folder}/${name}.png`);

  it('has a row for each sequence, its frames in order of time, and a group for each video', async () => {
    await plant([
      ...sequence('real_test/1/real/5'),
      ...sequence('real_test/1/real/6'),
      ...sequence('deepfake_in_the_wild/fake_test/1/fake/131'),
      ...sequence('fake_train/2/fake/7'),
    ]);
    expect(await read({ layout: 'wild-deepfake', split: 'test' })).toEqual([
      'real/5 | real | WildDeepfake real | real_test 1',
      'real/6 | real | WildDeepfake real | real_test 1',
      'fake/131 | fake | WildDeepfake | fake_test 1',
    ]);
    const { items } = await readLayout(root, { layout: 'wild-deepfake', split: 'train' });
    expect(items.map(({ frames }) => frames?.map((path) => path.split('/').at(-1)))).toEqual([
      ['9.png', '10.png', '101.png'],
    ]);
  });

  it('takes frames of a long sequence evenly, from the first to the last', async () => {
    await plant(Array.from({ length: 200 }, (_, i) => `real_test/1/real/5/${i}.png`));
    const [item] = (await readLayout(root, { layout: 'wild-deepfake' })).items;
    const numbers = item!.frames!.map((path) => Number(/(\d+)\.png$/.exec(path)?.[1]));
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([64, 0, 199]);
    const steps = numbers.slice(1).map((number, i) => number - numbers[i]!);
    expect([Math.min(...steps), Math.max(...steps)]).toEqual([3, 4]);
  });

  it('says that the archives are still packed', async () => {
    await plant([], { 'fake_test/1.tar.gz': '', 'fake_test/2.tar.gz': '' });
    expect(await failure({ layout: 'wild-deepfake' })).toMatchObject({
      message: expect.stringContaining('2 archives are still packed'),
    });
  });
});

describe('DeeperForensics-1.0', () => {
  const fakes = ['end_to_end/000_M101.mp4', 'end_to_end_level_5/000_M101.mp4', 'end_to_end/001_W004.mp4'].map(
    (file) => `manipulated_videos/${file}`,
  );

  it('takes its real part from FaceForensics++ beside it, and not from the actors', async () => {
    await plant([...fakes, 'source_videos/M101/BlendShape/M101_BlendShape_camera_front.mp4'], {
      'lists/splits/test.txt': '000_M101.mp4\n',
    });
    await plant(['000', '001', '002'].map((name) => `../FaceForensics++/original_sequences/youtube/c23/videos/${name}.mp4`)); // prettier-ignore
    expect(await read({ layout: 'deeper-forensics' })).toEqual([
      'end_to_end/000_M101.mp4 | fake | end_to_end | 000',
      'end_to_end/001_W004.mp4 | fake | end_to_end | 001',
      'end_to_end_level_5/000_M101.mp4 | fake | end_to_end_level_5 | 000',
      'videos/000.mp4 | real | youtube | 000',
      'videos/001.mp4 | real | youtube | 001',
    ]);
    expect(await read({ layout: 'deeper-forensics', split: 'test' })).toHaveLength(3);
  });

  it('says when there is no real part', async () => {
    await plant(fakes);
    const { items, notes } = await readLayout(root, { layout: 'deeper-forensics' });
    expect([items.length, notes]).toEqual([3, [expect.stringContaining('no real part')]]);
    expect(await failure({ layout: 'deeper-forensics', split: 'val' })).toMatchObject({
      message: expect.stringContaining('needs lists/splits/val.txt'),
    });
  });
});

describe('DF40', () => {
  it('reads the folders of the methods', async () => {
    await plant([
      'simswap/ff/frames/000_003/000.png',
      'simswap/cdf/frames/id1_id0_0007/000.png',
      'heygen/real/some/000.png',
      'heygen/fake/some/000.png',
      'sadtalker/cdf/id1_0007.mp4',
    ]);
    expect(await read({ layout: 'df40' })).toEqual([
      'fake/some | fake | heygen | some',
      'real/some | real | real | some',
      'cdf/id1_0007.mp4 | fake | sadtalker | id1',
      'frames/id1_id0_0007 | fake | simswap | id1',
      'frames/000_003 | fake | simswap | 000',
    ]);
    expect(await failure({ layout: 'df40', split: 'test' })).toMatchObject({
      message: expect.stringContaining('needs the lists in dataset_json'),
    });
  });

  it('reads the lists, with the real part beside it once', async () => {
    const before = 'deepfakes_detection_datasets';
    const real = `${before}/FaceForensics++/original_sequences/youtube/c23/frames/000/000.png`;
    const list = (method: string) => ({
      [`${method}_ff`]: {
        [`${method}_Real`]: { test: { c23: { '000': { label: `${method}_Real`, frames: [real] } } } },
        [`${method}_Fake`]: {
          test: { '000_003': { label: `${method}_Fake`, frames: [`${before}\\DF40\\${method}\\ff\\frames\\000_003\\000.png`] } }, // prettier-ignore
          train: { '003_000': { label: `${method}_Fake`, frames: [`${before}/DF40_train/${method}/frames/003_000/0.png`] } }, // prettier-ignore
        },
      },
    });
    await plant(
      [
        ...['simswap', 'whichisreal'].map((method) => `${method}/ff/frames/000_003/000.png`),
        'simswap/ff/frames/000_003/001.png',
        '../FaceForensics++/original_sequences/youtube/c23/frames/000/000.png',
      ],
      {
        'dataset_json/simswap_ff.json': list('simswap'),
        'dataset_json/whichisreal_ff.json': list('whichisreal'),
      },
    );
    expect(await read({ layout: 'df40', split: 'test' })).toEqual([
      'frames/000 | real | real | 000',
      'frames/000_003 | fake | simswap_ff | 000',
      'frames/000_003 | fake | whichisreal_ff | 000',
    ]);
    const { items, notes } = await readLayout(root, { layout: 'df40' });
    expect(notes).toEqual(['Videos of the lists that are not there: 2.']);
    // Only what is listed: the other picture of the folder is not part of the set.
    expect(items[1]!.frames).toHaveLength(1);
  });
});

describe('a folder without faces', () => {
  it('is every picture and video in it, families by folder', async () => {
    await plant(['a.jpg', 'sockets/b.png', 'sockets/deep/c.mp4'], { 'sockets/words.txt': 'words' });
    expect((await read({ layout: 'no-face' })).sort()).toEqual([
      'a.jpg | no_face | no face | a.jpg',
      'deep/c.mp4 | no_face | sockets | sockets/deep/c.mp4',
      'sockets/b.png | no_face | sockets | sockets/b.png',
    ]);
  });
});

describe('any layout', () => {
  it.each(layoutNames)('%s says plainly that a root is not its own', async (layout) => {
    await plant([], { 'notes.txt': 'words', 'other/words.txt': 'words' });
    const error = await failure({ layout });
    expect(error).toBeInstanceOf(LayoutError);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ layout, root, exitCode: ExitCode.usage });
    expect(error).toMatchObject({
      message: expect.stringMatching(/Looked for: .+\. The folder has: notes\.txt, other$/),
    });
  });

  it('refuses what a data set does not have, and a root that is not there', async () => {
    expect(await failure({ layout: 'dfdc', compression: 'c40' })).toMatchObject({
      message: expect.stringContaining('DFDC has no --compression'),
    });
    expect(await failure({ layout: 'no-face', split: 'test' })).toMatchObject({
      message: expect.stringContaining('has no splits'),
    });
    const nowhere = await readLayout(join(root, 'nowhere'), { layout: 'ffpp' }).catch((error: unknown) => error);
    expect(nowhere).toMatchObject({ message: expect.stringContaining('there is no such folder') });
  });

  it('has the name that the command line takes', () => {
    expect(layoutChoices).toEqual(layoutNames);
  });
});
