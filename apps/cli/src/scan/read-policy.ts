import { readFile } from 'node:fs/promises';
import { Policy } from '@assay/contracts';
import { CliError, ExitCode } from '../exit';

/** Ids have no dots and slashes, names of files do. */
const looksLikeFile = /[./\\]/;

/**
 * What `--policy` means: the id of a known policy, or a JSON file that holds one.
 *
 * @returns the policy when it came from a file, else the id
 * @throws CliError (usage) when the file cannot be read or is no policy
 */
export async function readPolicy(word: string): Promise<Policy | string> {
  if (!looksLikeFile.test(word)) return word;
  const usage = (why: string): CliError => new CliError(`The policy file ${word} ${why}.`, ExitCode.usage);
  const text = await readFile(word, 'utf8').catch(() => {
    throw usage('cannot be read');
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw usage('is not JSON');
  }
  const parsed = Policy.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usage(`is not a policy (${issue?.path.join('.') || 'document'}: ${issue?.message})`);
}
