/**
 * `assay eval` as a process of its own, with the models that ship, on the fixtures. What holds:
 * - figures come out as JSON and as words; halves of a side-by-side clip are a pair;
 * - a second run scans nothing again and gives the same figures; a half-written line is scored again;
 * - the report opens in a browser without a network, draws its charts and the faces of the worst mistakes, and fits a phone, light and dark;
 * - a clip that cannot be read is a rejection among the others, not the end of the run;
 * - two runs are compared on their common rows; no such rows, or no run, is told before anything is scanned;
 * - any column can be a slice; a column that is not there is told before anything is scanned;
 * - videos are also scored perturbed, each cell of the grid against the same items encoded again; a second run goes on;
 * - the folder of a data set is scored like a CSV, a folder of frames as one clip; an attack is measured against the control;
 * - rows without a face are counted where one is found, and are in no other figure;
 * - a fault in the CSV, and a folder that is not the data set's, are told before anything is scanned.
 */
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvalDocument } from '@assay/contracts';
import { ffmpeg, h264 } from '../media/make-media';
import { assay } from '../support/assay-cli';
import { launchBrowser, runsBrowser } from '../support/browser';
import { faceClip } from '../support/clips';

/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(400_000);
const withBrowser = runsBrowser ? it : it.skip;

describe('assay eval', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-eval-'));
    for (const name of ['real-a.mp4', 'swapped-a.mp4', 'still.jpg']) await copyFile(faceClip(name), join(folder, name));
    const both = ['-i', faceClip('real-a.mp4'), '-i', faceClip('swapped-a.mp4'), '-filter_complex', 'hstack', '-an'];
    await ffmpeg(...both, ...h264, join(folder, 'pair.mp4'));
    await writeFile(
      join(folder, 'clips.csv'),
      'file,label,family,group,region,codec\n' +
        'real-a.mp4,real,drawn,a,full,h264\nswapped-a.mp4,fake,swap,a,full,h264\nstill.jpg,real,drawn,b,full,\n' +
        'pair.mp4,real,drawn,c,left,h264\npair.mp4,fake,swap,c,right,h264\n',
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const figures = async (out = 'out'): Promise<EvalDocument> => {
    const document = JSON.parse(await readFile(join(folder, out, 'eval.json'), 'utf8'));
    const parsed = EvalDocument.parse(document);
    expect(parsed).toEqual(document);
    return { ...parsed, createdAt: 'some time' };
  };
  const scores = (): Promise<string> => readFile(join(folder, 'out', 'scores.jsonl'), 'utf8');

  it('scores a CSV, and goes on where it was', async () => {
    const args = ['eval', 'clips.csv', '--out', 'out', '--resamples', '200'];
    const first = await assay(args, folder);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('5 of 5 scored')]);
    expect(first.stdout).toMatch(/5 items: 3 real, 2 fake/);
    const before = await figures();
    expect(before).toMatchObject({
      schema: 'assay.eval/1',
      pooled: { pairsRight: { value: 1 }, auc: { value: expect.any(Number) } },
    });
    expect((await scores()).trim().split('\n')).toHaveLength(5);

    const again = await assay(args, folder);
    expect(again.stderr).toContain('5 of 5 scored, 5 from before');
    expect(await figures()).toEqual(before);

    const whole = await scores();
    await truncate(join(folder, 'out', 'scores.jsonl'), whole.length - 100);
    const mended = await assay(args, folder);
    expect(mended.stderr).toContain('5 of 5 scored, 4 from before');
    expect(await figures()).toEqual(before);
  });

  it('goes on past a clip whose half cannot be cut out', async () => {
    await writeFile(join(folder, 'broken.mp4'), 'words, not frames\n'.repeat(100));
    await writeFile(
      join(folder, 'broken.csv'),
      'file,label,family,group,region\nbroken.mp4,fake,swap,d,left\nreal-a.mp4,real,drawn,a,full\n',
    );
    const run = await assay(['eval', 'broken.csv', '--out', 'broken', '--resamples', '100'], folder);
    expect(run.stderr).toContain('2 of 2 scored');
    const lines = (await readFile(join(folder, 'broken', 'scores.jsonl'), 'utf8')).trim().split('\n');
    const ends = lines.map((line) => JSON.parse(line).verdict.rejection?.code ?? 'none').sort();
    expect(ends).toEqual(['corrupt', 'none']);
    expect((await figures('broken')).models).not.toEqual([]);
  });

  it('compares two runs', async () => {
    const args = ['eval', 'clips.csv', '--out', 'out', '--resamples', '200'];
    const { code, stdout } = await assay([...args, '--compare', 'out'], folder);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/This run minus the run of \S+ on the 5 rows of both/)]);
    expect(await figures()).toMatchObject({
      comparison: {
        rows: 5,
        pooled: { auc: { value: 0, interval: [0, 0] } },
        families: [{ family: 'swap', fakes: 2 }],
      },
    });
    expect(await readFile(join(folder, 'out', 'eval.html'), 'utf8')).toContain('Compared with an earlier run');
    await writeFile(join(folder, 'alone.csv'), 'file,label\nstill.jpg,real\n');
    const one = ['eval', 'alone.csv', '--out', 'alone'];
    expect((await assay(one, folder)).code).toBe(0);
    expect(await figures('alone')).toMatchObject({ roc: [], pooled: { auc: { value: null, interval: null } } });
    const alone = await assay([...one, '--compare', 'broken'], folder);
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('The two runs share no rows')]);
    const none = await assay([...args, '--compare', 'clips.csv'], folder);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--compare clips.csv: is not JSON')]);
  });

  it('splits by a column', async () => {
    const args = ['eval', 'clips.csv', '--out', 'out', '--resamples', '200', '--compare', 'out'];
    const { code, stdout } = await assay([...args, '--slice', 'codec', '--slice', 'family'], folder);
    expect([code, stdout]).toEqual([0, expect.stringContaining('real called manipulated, codec unknown (1)')]);
    expect(await figures()).toMatchObject({
      slices: [
        {
          column: 'codec',
          values: [
            { value: 'h264', reals: 2, fakes: 2 },
            { value: 'unknown', reals: 1, fakes: 0 },
          ],
        },
        { column: 'family', values: [{ value: 'drawn' }, { value: 'swap' }] },
      ],
    });
    const none = await assay([...args, '--slice', 'age'], folder);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('--slice age: the CSV has the columns file, label'),
    ]);
  });

  it('scores videos perturbed, and goes on where it was', async () => {
    const args = ['eval', 'clips.csv', '--out', 'out', '--resamples', '200', '--perturb', 'compression:5,blur:3'];
    const more = ['--compare', 'out', '--slice', 'codec'];
    const { code, stdout, stderr } = await assay([...args, ...more], folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining('12 of 12 altered and scored, 2 from before\n')]);
    expect(stdout).toMatch(/4 items, stills left out: 1; as they are: AUC/);
    expect(stdout).toMatch(/AUC, video compression 5 \(CRF 40\) .* change /);
    const document = await figures();
    expect(document.grid).toMatchObject({
      ...{ items: 4, stills: 1, unperturbed: { auc: { value: 1 } }, control: { auc: { value: 1 } } },
      compressionDrop: { value: expect.any(Number) },
      cells: [
        { kind: 'blur', level: 3, amount: 13 },
        { kind: 'compression', level: 5, amount: 40 },
      ],
    });
    const whole = (await scores()).split('\n').filter((text) => text.endsWith('}}}'));
    const swapped = whole.map((text) => JSON.parse(text)).filter(({ item }) => item === 'swapped-a.mp4');
    // Plain, encoded again, and numbers of its own from each cell; probabilities near 1 may be the same when rounded.
    expect(new Set(swapped.map(({ verdict }) => JSON.stringify(verdict.tracks[0].scores))).size).toBe(4);

    const again = await assay([...args, ...more], folder);
    expect(again.stderr).toContain('12 of 12 altered and scored, 12 from before');
    expect((await figures()).grid).toEqual(document.grid);
    const none = await assay(['eval', 'clips.csv', '--perturb', 'sharpen'], folder);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--perturb: "sharpen" is neither all nor')]);
  });

  it('scores the folders of a data set, and attacks them', async () => {
    for (const [clip, sequence] of [
      ['real-a.mp4', 'real_test/1/real/5'],
      ['swapped-a.mp4', 'fake_test/1/fake/131'],
    ] as const) {
      await mkdir(join(folder, 'wild', sequence), { recursive: true });
      const frames = ['-i', faceClip(clip), '-vf', 'crop=300:300', '-frames:v', '24'];
      await ffmpeg(...frames, join(folder, 'wild', sequence, '%d.png'));
    }
    const args = ['--layout', 'wild-deepfake', 'wild', '--split', 'test', '--out', 'wild-out', '--resamples', '200'];
    const { code, stdout, stderr } = await assay(['eval', ...args, '--attack', 'beauty', '--uploads'], folder);
    expect([code, stderr]).toEqual([0, expect.stringContaining('12 of 12 altered and scored')]);
    expect(stdout).toMatch(/interval coverage, all uploads \(90 %\)/);
    expect(stdout).toMatch(/success, beauty \(\d caught before\)/);
    const document = await figures('wild-out');
    expect(document).toMatchObject({
      settings: { source: { layout: 'wild-deepfake', split: 'test', compression: null } },
      frames: { clips: 2, pooled: { auc: { value: expect.any(Number) } } },
      attacks: { items: 2, stills: 0, attacks: [{ name: 'beauty' }] },
      uploads: {
        ...{ items: 2, coverage: { value: expect.any(Number) } },
        uploads: ['reencoded', 'reencoded-hard', 'half-size', 'cropped'].map((name) =>
          expect.objectContaining({ name }),
        ),
      },
      noFace: null,
      items: [
        { id: 'real_test/1/real/5', fake: false, group: 'real_test 1', probability: expect.any(Number) },
        { id: 'fake_test/1/fake/131', fake: true, group: 'fake_test 1', probability: expect.any(Number) },
      ],
    });
    const html = await readFile(join(folder, 'wild-out', 'eval.html'), 'utf8');
    expect(html).toContain('Evaluation of WildDeepfake, test');
    const wrong = await assay(['eval', '--layout', 'celeb-df', 'wild', '--out', 'bad'], folder);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toMatch(
      /nothing of Celeb-DF is there\. Looked for: Celeb-real.* The folder has: fake_test, real_test/,
    );
  });

  it('counts faces where there are none', async () => {
    await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x240', '-frames:v', '1', join(folder, 'bars.png'));
    await writeFile(join(folder, 'scenes.csv'), 'file,label\nbars.png,no_face\nstill.jpg,no_face\n');
    const { code, stdout } = await assay(['eval', 'scenes.csv', '--out', 'scenes'], folder);
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 items without a face: in 1 one was found.')]);
    expect(stdout).not.toContain('AUC');
    expect(await figures('scenes')).toMatchObject({
      items: [],
      noFace: { items: 2, figures: { foundRate: { value: 0.5 } }, found: [{ id: 'still.jpg', faces: 1 }] },
    });
  });

  withBrowser('writes a report that a browser draws', async () => {
    const browser = await launchBrowser();
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ colorScheme, viewport: { width: 360, height: 740 } });
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('request', (request) => {
          if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
        });
        await page.goto(`file://${join(folder, 'out', 'eval.html')}`);
        expect(await page.locator('figure svg').count()).toBe(4);
        const drawn = await page.locator('figure svg').evaluateAll((charts) =>
          charts.map((chart) => ({
            wide: chart.getBoundingClientRect().width > 250,
            strokes: [...chart.querySelectorAll('path')].map((path) => getComputedStyle(path).stroke),
            inks: [...chart.querySelectorAll('path')].map((path) => getComputedStyle(path).fill),
          })),
        );
        // The accent of the page reaches the pictures: its variable was resolved, and something is drawn in it.
        const accent = colorScheme === 'light' ? 'rgb(5, 80, 174)' : 'rgb(121, 192, 255)';
        for (const { wide, strokes, inks } of drawn) {
          expect(wide).toBe(true);
          expect([...strokes, ...inks]).toContain(accent);
        }
        // Faces of the mistakes, kept from the run that scanned them: this report is of one that scanned nothing.
        const widths = await page
          .locator('.frames img')
          .evaluateAll((pictures) => pictures.map((picture) => (picture as HTMLImageElement).naturalWidth));
        expect(widths.length).toBeGreaterThan(0);
        expect(Math.min(...widths)).toBeGreaterThan(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
        const cells = await page.locator('.facts td').evaluateAll((all) => all.map((cell) => cell.clientWidth));
        expect(Math.min(...cells)).toBeGreaterThan(150);
        expect(complaints).toEqual([]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });

  it.each([
    ['real-a.mp4,genuine,x,y,full', /line 2, column label: "genuine" must be real, fake or no_face/],
    ['nothing.mp4,real,x,y,full', /line 2, column file: there is no file nothing.mp4/],
    ['real-a.mp4,real,x,y,middle', /line 2, column region: "middle" is neither/],
    ['real-a.mp4,real', /line 2/],
  ])('says where the CSV is wrong: %s', async (row, message) => {
    await writeFile(join(folder, 'bad.csv'), 'file,label,family,group,region\n');
    await appendFile(join(folder, 'bad.csv'), `${row}\n`);
    const { code, stdout, stderr } = await assay(['eval', 'bad.csv', '--out', 'bad'], folder);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});
