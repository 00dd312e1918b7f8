import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assay, markedEnv, processesWith, verdictsOf } from '../support/assay-cli';
import { faceClip, makeLongFaceClip } from '../support/clips';

/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

describe('assay', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-cli-'));
    await mkdir(join(folder, 'media'));
    await copyFile(faceClip(), join(folder, 'media', 'b.mp4'));
    await writeFile(join(folder, 'media', 'a.mp4'), 'words');
    await writeFile(join(folder, 'media', 'notes.txt'), 'words');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [['scan']],
    [['scan', '--fail-on', 'rejected', 'x']],
    [['scan', '--threads', '0', 'x']],
    [['scan', '--policy', 'no-such-policy', 'x']],
    [['scan', '--policy', './no-such-file.json', 'x']],
    [['up', '--port', '99999']],
    [['up', '--workers', 'many']],
    [['scam', 'x']],
    [['verify', 'x']],
  ])('says what is wrong with %j, in a line and with exit code 2', async (args) => {
    const { code, stdout, stderr } = await assay(args, folder);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('gives help and version with exit code 0', async () => {
    const help = await assay(['--help'], folder);
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('scan [options] <input...>')]);
    expect((await assay(['--version'], folder)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('says how far a verdict moves when a video is encoded anew, and that a picture has no such thing', async () => {
    const { code, stdout } = await assay(['stability', faceClip('swapped-a.mp4'), '--json'], folder);
    const { band, answers } = JSON.parse(stdout) as { band: Record<string, unknown>; answers: { name: string }[] };
    expect(answers.map(({ name }) => name)).toEqual([
      'original',
      'reencoded',
      'reencoded-hard',
      'half-size',
      'cropped',
    ]);
    expect(band).toMatchObject({ of: 4, contradicts: false });
    expect(code).toBe(band['held'] === 4 ? 0 : 1);
    const still = await assay(['stability', faceClip('still.jpg')], folder);
    expect([still.code, still.stderr]).toEqual([3, expect.stringContaining('measured on videos')]);
  });

  it('scans a folder given relative to where it is called, in order, and writes reports beside it', async () => {
    const finished = await assay(['scan', 'media', '--json'], folder);
    const verdicts = verdictsOf(finished);
    expect(verdicts.map(({ file }) => file)).toEqual(['a.mp4', 'b.mp4']);
    expect(verdicts[0]?.rejection?.code).toMatch(/not_media|unsupported_container/);
    expect(finished.code).toBe(3);
    const report = join(folder, 'assay-report', `b.mp4-${verdicts[1]?.scan.slice(3, 11)}`);
    expect((await readdir(report)).sort()).toEqual(['evidence', 'report.html', 'verdict.json']);
    const named = verdicts[1]?.tracks.flatMap(({ evidence }) =>
      evidence.flatMap(({ crop, overlay }) => [crop, overlay]),
    );
    const evidence = await readdir(join(report, 'evidence'));
    for (const name of named ?? []) if (name !== null) expect(evidence).toContain(name);
    expect(named?.length).toBeGreaterThan(0);
    expect(named).not.toContain(null);
    expect(await readFile(join(report, 'report.html'), 'utf8')).toContain('data:image/jpeg;base64,');
  });

  it('exits 1 when --fail-on meets its label', async () => {
    const [verdict] = verdictsOf(await assay(['scan', 'media/b.mp4', '--json', '--no-out'], folder));
    const label = verdict?.verdict ?? '';
    const failed = await assay(['scan', 'media/b.mp4', '--no-out', '--fail-on', label], folder);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain(label.replace('_', ' '));
  });

  it('follows a policy from a file', async () => {
    const { defaultPolicy } = await import('@assay/contracts');
    const strict = { ...defaultPolicy, id: 'strict', thresholds: { manipulated: 0, authentic: 0 } };
    await writeFile(join(folder, 'strict.json'), JSON.stringify(strict));
    const args = ['scan', 'media/b.mp4', '--json', '--no-out', '--policy', './strict.json'];
    const [verdict] = verdictsOf(await assay(args, folder));
    expect(verdict?.policy).toEqual({ id: 'strict', version: defaultPolicy.version });
    expect(verdict?.verdict).toBe('likely_manipulated');
  });

  it('lists models with their digests checked, and says which file is damaged', async () => {
    const { code, stdout } = await assay(['models', '--json'], folder);
    expect(code).toBe(0);
    const models = JSON.parse(stdout).models as { task: string; file: string }[];
    expect(models.map(({ task }) => task)).toEqual(expect.arrayContaining(['face-detector', 'forgery-frame']));

    const copy = join(folder, 'models');
    const source = process.env['ASSAY_MODELS_DIR'] ?? resolve(__dirname, '../../models');
    for (const name of ['manifest.json', ...models.map(({ file }) => file)]) {
      await mkdir(join(copy, name, '..'), { recursive: true });
      await copyFile(join(source, name), join(copy, name));
    }
    const damaged = join(copy, models[0]?.file ?? '');
    const bytes = await readFile(damaged);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(damaged, bytes);
    const refused = await assay(['models'], folder, { ASSAY_MODELS_DIR: copy });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^assay: .*digest|sha/i);
  });

  it('runs each model of a folder once, and says in plain words which is not what its entry says', async () => {
    const foreign = resolve(__dirname, '../../libs/forensics/testdata/foreign-models');
    const sound = await assay(['models', 'check', foreign], folder);
    expect(sound.code).toBe(0);
    expect(sound.stdout).toContain('48 x 48 BGR (nhwc)');
    expect(sound.stdout).toMatch(/cost {4}[\d.]+ ms for a face of 2 x 3 x 64 x 64, one thread/);

    const copy = join(folder, 'foreign-models');
    await cp(foreign, copy, { recursive: true });
    const text = await readFile(join(copy, 'manifest.json'), 'utf8');
    await writeFile(join(copy, 'manifest.json'), text.replace('"classes": 2', '"classes": 3'));
    const broken = await assay(['models', 'check', copy, '--json'], folder);
    expect(broken.code).toBe(1);
    const { modelSet, models } = JSON.parse(broken.stdout);
    expect(modelSet).toBeNull();
    const problems = models.flatMap((model: { problems: { code: string; message: string }[] }) => model.problems);
    expect(problems).toEqual([
      {
        code: 'shape_mismatch',
        message: 'Output "cls" of model "xception" has shape 2 x 2; wanted 2 x 3 (crops x classes).',
      },
    ]);
  });

  it('ends on Ctrl-C with 130 and leaves nothing behind', async () => {
    const clip = await makeLongFaceClip(join(folder, 'long.mp4'), 120);
    const mark = `assay-mark-${process.pid}-scan`;
    const main = resolve(__dirname, '../../apps/cli/dist/main.js');
    const scan = spawn(process.execPath, [main, 'scan', clip, '--json', '--no-out'], {
      cwd: folder,
      env: { ...process.env, ...markedEnv(mark) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(scan, 'close');
    // In the middle of the work: ffmpeg is decoding. Without /proc there is nothing to see, so any moment will do.
    while (process.platform === 'linux' && !processesWith(mark).some((line) => /\d+ ffmpeg /.test(line)))
      await sleep(5);
    scan.kill('SIGINT');
    expect((await closed)[0]).toBe(130);
    expect(processesWith(mark)).toEqual([]);
  });
});
