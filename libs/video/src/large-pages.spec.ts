/**
 * Invariants: the script that starts the command line uses the same words; with them, memory that was freed is taken again without a fault for
 * each page; an operator's own settings hold, in children too.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allocatorSettings, largePages } from './large-pages';

const own = process.env['GLIBC_TUNABLES'];
afterEach(() => {
  if (own === undefined) delete process.env['GLIBC_TUNABLES'];
  else process.env['GLIBC_TUNABLES'] = own;
});

it('is what the script of the command line says', () => {
  expect(readFileSync(join(__dirname, '../../../assay'), 'utf8')).toContain(`{GLIBC_TUNABLES-${largePages}}`);
});

it('leaves what an operator has set as it is', () => {
  delete process.env['GLIBC_TUNABLES'];
  expect(allocatorSettings()).toEqual({ GLIBC_TUNABLES: largePages });
  process.env['GLIBC_TUNABLES'] = 'glibc.malloc.hugetlb=0';
  expect(allocatorSettings()).toEqual({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' });
});

/** Sixteen frames of 1080p, one after the other. */
const frames = `
  const faults = () => process.resourceUsage().minorPageFault;
  const frame = () => { Buffer.allocUnsafeSlow(6 << 20).fill(1); gc(); };
  frame();
  const before = faults();
  for (let i = 0; i < 16; i += 1) frame();
  console.log(faults() - before);
`;
const isGlibc =
  process.platform === 'linux' && 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

(isGlibc ? it : it.skip)('takes memory again without a fault for each page', () => {
  const faultsWith = (settings: string) =>
    Number(
      execFileSync(process.execPath, ['--expose-gc', '-e', frames], {
        env: { PATH: process.env['PATH'], GLIBC_TUNABLES: settings },
        encoding: 'utf8',
      }),
    );
  const [plain, large] = [faultsWith('glibc.malloc.hugetlb=0'), faultsWith(largePages)];
  expect(large).toBeLessThan(plain / 5);
});
