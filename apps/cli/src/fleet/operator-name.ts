import { userInfo } from 'node:os';

/** Who acts on a command line: the account, as histories say it; its number where it has no name, as in some containers. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
