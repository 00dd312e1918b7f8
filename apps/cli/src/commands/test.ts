import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CliError, ExitCode } from '../exit';
import { repositoryRoot } from '../repository-root';

interface Step {
  name: string;
  command: string[];
  cwd?: string;
}

const JestSummary = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

/** Suites start Redis, S3 and model threads of their own: more than two at a time makes small machines thrash. */
const jestWorkers = 2;

const run = ({ command, cwd }: Step): Promise<number> =>
  new Promise((resolve, reject) => {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { cwd: cwd ?? repositoryRoot, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ? ExitCode.interrupted : (code ?? 1)));
  });

/** The Python side belongs to model engineers; it is tested where its packages are, and said aloud where not. */
async function pythonStep(): Promise<Step | null> {
  const training = join(repositoryRoot, 'training');
  if (!existsSync(join(training, 'tests'))) return null;
  const own = join(training, '.venv/bin/python');
  const python = existsSync(own) ? own : 'python3';
  const imports = spawn(python, ['-c', 'import pytest, numpy, cv2'], { stdio: 'ignore', cwd: training });
  const usable = await new Promise<boolean>((resolve) => {
    imports.once('error', () => resolve(false));
    imports.once('close', (code) => resolve(code === 0));
  });
  if (usable) return { name: 'training (pytest)', command: [python, '-m', 'pytest', '-q', 'tests'], cwd: training };
  console.error(
    'assay test: training/ is not tested here: needs training/.venv, or python3 with pytest, numpy and cv2',
  );
  return null;
}

/**
 * Everything that continuous integration checks. The last line on stdout is `N passed, N failed, N skipped`:
 * jest's tests plus one for each check around them.
 */
export async function test(jestArguments: readonly string[]): Promise<ExitCode> {
  if (!existsSync(join(repositoryRoot, 'jest.config.cjs'))) throw new CliError('`assay test` needs a source checkout.');
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const checks: Step[] = [
    { name: 'format', command: ['npx', 'prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'lint', command: ['npx', 'eslint', '.'] },
    { name: 'floors', command: ['npm', 'run', '--silent', 'boundaries'] },
    { name: 'types', command: ['npx', 'tsc', '-b'] },
    // Vite builds these without looking at types.
    ...['console', 'widget'].map((app) => ({
      name: `types of the ${app}`,
      command: ['npx', 'tsc', '--noEmit', '-p', `apps/${app}`],
    })),
  ];
  const python = await pythonStep();
  if (python) checks.push(python);
  // Someone who names tests wants those tests and nothing else.
  for (const step of jestArguments.length ? [] : checks) {
    console.error(`\nassay test: ${step.name}`);
    const code = await run(step);
    if (code === ExitCode.interrupted) return ExitCode.interrupted;
    totals[code === 0 ? 'passed' : 'failed'] += 1;
    if (code !== 0) console.error(`assay test: ${step.name} FAILED`);
  }

  console.error('\nassay test: jest');
  const folder = await mkdtemp(join(tmpdir(), 'assay-test-'));
  try {
    const summary = join(folder, 'jest.json');
    const workers = jestArguments.some((a) => /^(-i|--runInBand|-w|--maxWorkers)/.test(a))
      ? []
      : [`--maxWorkers=${jestWorkers}`];
    const code = await run({
      name: 'jest',
      command: ['npx', 'jest', ...workers, '--json', `--outputFile=${summary}`, ...jestArguments],
    });
    if (code === ExitCode.interrupted) return ExitCode.interrupted;
    // Without a summary nothing was run: jest was asked for something else, or its exit code says that it failed.
    const { data: jest } = JestSummary.safeParse(JSON.parse(await readFile(summary, 'utf8').catch(() => '{}')));
    totals.passed += jest?.numPassedTests ?? 0;
    totals.failed += (jest?.numFailedTests ?? 0) + (jest?.numRuntimeErrorTestSuites ?? 0);
    totals.skipped += (jest?.numPendingTests ?? 0) + (jest?.numTodoTests ?? 0);
    // Jest can fail without a failed test: no test matched, or a handle kept it open.
    if (code !== 0 && totals.failed === 0) totals.failed = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed === 0 ? ExitCode.ok : ExitCode.failed;
}
