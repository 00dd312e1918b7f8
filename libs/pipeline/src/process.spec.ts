import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Verdict } from '@assay/contracts';
import type { OpenPorts } from './open-ports';
import { scanFile } from './process';
import { noAbort, testPorts } from './testing/test-ports';

let ports: OpenPorts;
let folder: string;
beforeEach(async () => {
  ports = await testPorts();
  folder = await mkdtemp(join(tmpdir(), 'assay-scan-'));
});
afterEach(async () => {
  await ports.close();
  await rm(folder, { recursive: true });
});

const scan = (path: string, over: Partial<OpenPorts> = {}) =>
  scanFile(path, { name: path, ports: { ...ports, ...over } }, noAbort);

async function fileOf(content: string | Buffer): Promise<string> {
  const path = join(folder, 'input.mp4');
  await writeFile(path, content);
  return path;
}

describe('scanFile', () => {
  it('answers every input that is no media with a rejected verdict that follows the schema', async () => {
    const cases: [Promise<{ verdict: Verdict }>, string][] = [
      [scan(join(folder, 'missing.mp4')), 'not_found'],
      [scan(folder), 'not_readable'],
      [scan(await fileOf('')), 'empty_file'],
    ];
    for (const [scanning, code] of cases) {
      const { verdict } = await scanning;
      expect(Verdict.parse(verdict)).toMatchObject({ verdict: 'rejected', media: null, rejection: { code } });
      expect(JSON.stringify(verdict)).not.toContain(tmpdir());
    }
  });

  it('stops reading at the byte limit', async () => {
    const path = await fileOf(Buffer.alloc(2000));
    const { verdict } = await scan(path, { limits: { ...ports.limits, maxBytes: 1000 } });
    expect(verdict.rejection?.code).toBe('too_many_bytes');
  });

  it('probes what is named like a video and is none, and tells its stages', async () => {
    const stages = new Set<string>();
    const path = await fileOf('words, not frames\n'.repeat(100));
    const options = { name: path, ports, onEvent: ({ stage }: { stage: string }) => void stages.add(stage) };
    const { verdict, evidencePrefix } = await scanFile(path, options, noAbort);
    expect(verdict).toMatchObject({ verdict: 'rejected', file: 'input.mp4', rejection: { code: 'not_media' } });
    expect(evidencePrefix).toBeNull();
    expect(stages).toContain('publish');
  });

  it('gives the same verdict document when asked again', async () => {
    const path = await fileOf('words, not frames\n'.repeat(100));
    expect((await scan(path)).verdict).toEqual((await scan(path)).verdict);
  });
});
