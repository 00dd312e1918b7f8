import type { Policy } from '@assay/contracts';
import { CliError, ExitCode } from '../exit';
import { readPolicy } from './read-policy';
import { openScanner, type Scanner, type ScannerOptions } from './scanner';

/**
 * A scanner and the policy that `--policy` means; without it, the default one.
 *
 * @throws CliError (usage) when there is no such policy; the scanner is closed again then
 */
export async function openScannerFor(
  { policy: word = 'default', ...options }: Omit<ScannerOptions, 'policies'> & { policy?: string },
  signal: AbortSignal,
): Promise<{ scanner: Scanner; policy: Policy }> {
  const chosen = await readPolicy(word);
  const scanner = await openScanner({ ...options, policies: typeof chosen === 'string' ? [] : [chosen] }, signal);
  const policy = typeof chosen === 'string' ? scanner.policies.get(chosen) : chosen;
  if (policy) return { scanner, policy };
  const known = [...scanner.policies.keys()].join(', ');
  await scanner.close();
  throw new CliError(`There is no policy "${word}". Known: ${known}; a JSON file works too.`, ExitCode.usage);
}
