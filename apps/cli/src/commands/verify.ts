import { readFile } from 'node:fs/promises';
import { Verdict } from '@assay/contracts';
import { compareVerdicts, type Difference } from '@assay/pipeline';
import pc from 'picocolors';
import { CliError, ExitCode } from '../exit';
import { collectInputs } from '../inputs/collect-inputs';
import { listenForInterrupt } from '../interrupt';
import { openProgressBar } from '../scan/progress-bar';
import { readPolicy } from '../scan/read-policy';
import { openScanner } from '../scan/scanner';

export interface VerifyOptions {
  json?: boolean;
  policy?: string;
  threads?: number;
}

/** Differences shown to a person; `--json` has all. */
const maxShown = 20;

const nameColumns = 10;
/** Longer values are cut; a SHA-256 is shown whole. */
const maxValueCharacters = 80;

/** What a reader asks, and which part of the document answers. The first that matches takes a difference. */
const questions: { name: string; mine: (path: string) => boolean }[] = [
  { name: 'content', mine: (path) => path === 'media' || path === 'method.contentSha256' },
  {
    name: 'method',
    mine: (path) =>
      /^(policy|thresholds)\b/.test(path) || (/^method\./.test(path) && !/^method\.framesSeconds/.test(path)),
  },
  { name: 'answer', mine: () => true },
];

/**
 * Runs a verdict again on the file, under the policy that it names, and compares.
 *
 * @returns ok: everything agrees; failed: something differs; rejected: it cannot be compared here
 */
export async function verify(verdictPath: string, file: string, options: VerifyOptions): Promise<ExitCode> {
  const claimed = await readVerdict(verdictPath);
  const [input] = await collectInputs([file]);
  if (input?.kind !== 'file') throw new CliError(`${file}: there is no such file to verify.`, ExitCode.rejected);
  const chosen = options.policy ? await readPolicy(options.policy) : claimed.policy.id;
  const interrupt = listenForInterrupt();
  const policies = typeof chosen === 'string' ? [] : [chosen];
  const scanner = await openScanner(
    { threads: options.threads, policies, frameBudget: claimed.method.frameBudget },
    interrupt.signal,
  );
  const bar = await openProgressBar();
  try {
    const policy = scanner.policies.get(typeof chosen === 'string' ? chosen : chosen.id);
    if (policy?.id !== claimed.policy.id || policy.version !== claimed.policy.version) {
      const { id, version } = claimed.policy;
      throw new CliError(
        `The verdict follows policy ${id} version ${version}: give it with --policy.`,
        ExitCode.rejected,
      );
    }
    const { verdict } = await scanner.scan(input, policy.id, (event) => bar.show(file, event), interrupt.signal);
    bar.hide();
    // A file may have been renamed since, or have come to the service without a name, which is no part of the evidence.
    const differences = compareVerdicts(claimed, { ...verdict, file: claimed.file });
    if (options.json) console.log(JSON.stringify({ agrees: differences.length === 0, differences }));
    else tell(differences);
    return differences.length === 0 ? ExitCode.ok : ExitCode.failed;
  } catch (error) {
    if (interrupt.signal.aborted) return interrupt.exitCode() ?? ExitCode.interrupted;
    throw error;
  } finally {
    bar.hide();
    await scanner.close();
    interrupt.dispose();
  }
}

async function readVerdict(path: string): Promise<Verdict> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`${path} cannot be read.`, ExitCode.rejected);
  });
  try {
    return Verdict.parse(JSON.parse(text));
  } catch {
    throw new CliError(`${path} is not a verdict that this version can read.`, ExitCode.rejected);
  }
}

function tell(differences: readonly Difference[]): void {
  const rest = [...differences];
  const otherFile = differences.some(({ path }) => path === 'method.contentSha256');
  for (const { name, mine } of questions) {
    const own = rest.filter(({ path }) => mine(path));
    for (const difference of own) rest.splice(rest.indexOf(difference), 1);
    if (otherFile && name === 'answer') {
      // Two files get two answers: a list of all that differs would say nothing.
      console.log(`${name.padEnd(nameColumns)}${pc.yellow('– not compared: the verdict speaks of another file')}`);
      continue;
    }
    const answer = own.length === 0 ? pc.green('✓ agrees') : pc.red(`✗ differs in ${own.length}`);
    console.log(`${name.padEnd(nameColumns)}${answer}`);
    for (const { path, a, b } of own.slice(0, maxShown))
      console.log(`  ${path}: claimed ${brief(a)}, found ${brief(b)}`);
    if (own.length > maxShown) console.log(`  and ${own.length - maxShown} more; --json has all`);
  }
}

function brief(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > maxValueCharacters ? `${text.slice(0, maxValueCharacters - 3)}...` : text;
}
