import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Verdict, volatileVerdictKeys } from '@assay/contracts';
import { assay, startService, verdictsOf } from '../support/assay-cli';
import { faceClip } from '../support/clips';

/** Processes start and load models here, on machines that may be busy. */
jest.setTimeout(240_000);

/** What has to be the same for the same bytes, models and policy: all but ids, times and costs. */
function lasting(verdict: Verdict): Record<string, unknown> {
  const volatile: readonly string[] = volatileVerdictKeys;
  return Object.fromEntries(Object.entries(verdict).filter(([key]) => !volatile.includes(key)));
}

describe('the same clip', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-same-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gets the same verdict from the API and from two scans, whatever the number of threads', async () => {
    const clip = faceClip();
    const [once] = verdictsOf(await assay(['scan', clip, '--json', '--no-out', '--threads', '2'], folder));
    const [again] = verdictsOf(await assay(['scan', clip, '--json', '--no-out', '--threads', '1'], folder));
    if (!once || !again) throw new Error('a scan gave no verdict');
    expect(lasting(again)).toEqual(lasting(once));

    const service = await startService(join(folder, 'data'));
    try {
      const { scan } = await service.submit(clip);
      await service.untilScan(scan, ({ state }) => state === 'done');
      const answer = await service.request(`/v1/scans/${scan}/verdict`);
      const fromApi = Verdict.parse(await answer.json());
      expect(lasting(fromApi)).toEqual(lasting(once));
      expect(fromApi.scan).toBe(once.scan);
    } finally {
      await service.end('SIGINT');
    }
  });

  it('is confirmed by `verify`, which notices other content and other numbers', async () => {
    const clip = faceClip();
    expect((await assay(['scan', clip, '--json', '--out', folder], folder)).code).toBe(0);
    const [verdict] = verdictsOf(await assay(['scan', clip, '--json', '--no-out'], folder));
    const written = join(folder, `real-a.mp4-${verdict?.scan.slice(3, 11)}`, 'verdict.json');

    const agrees = await assay(['verify', written, clip], folder);
    expect(agrees.stdout).toMatch(/content\s+✓ agrees\nmethod\s+✓ agrees\nanswer\s+✓ agrees/);
    expect(agrees.code).toBe(0);

    const other = await assay(['verify', written, faceClip('swapped-a.mp4')], folder);
    expect(other.stdout).toMatch(/content\s+✗ differs/);
    expect(other.stdout).toContain(verdict?.method.contentSha256);
    expect(other.stdout).toMatch(/answer\s+– not compared: the verdict speaks of another file\n$/);
    expect(other.code).toBe(1);

    const forged = { ...Verdict.parse(JSON.parse(await readFile(written, 'utf8'))), probability: 0.001 };
    await writeFile(join(folder, 'forged.json'), JSON.stringify(forged));
    const caught = await assay(['verify', join(folder, 'forged.json'), clip, '--json'], folder);
    expect(caught.code).toBe(1);
    expect(JSON.parse(caught.stdout).differences).toEqual([{ path: 'probability', a: 0.001, b: verdict?.probability }]);

    // As of an upload that came without a name.
    const unnamed = { ...Verdict.parse(JSON.parse(await readFile(written, 'utf8'))), file: null };
    await writeFile(join(folder, 'unnamed.json'), JSON.stringify(unnamed));
    expect((await assay(['verify', join(folder, 'unnamed.json'), clip], folder)).code).toBe(0);

    expect((await assay(['verify', clip, clip], folder)).code).toBe(3);
  });
});
