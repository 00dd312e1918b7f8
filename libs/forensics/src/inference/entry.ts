import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The built thread file. Threads cannot run TypeScript: under jest this module lies in src/, and the thread comes from
 * dist/, so build before testing.
 *
 * @throws Error when the library was not built
 */
export function threadEntry(): string {
  const beside = join(__dirname, 'thread-main.js');
  if (existsSync(beside)) return beside;
  const built = resolve(__dirname, '../../dist/inference/thread-main.js');
  if (existsSync(built)) return built;
  throw new Error('The inference thread is not built: run "npm run build:ts" first.');
}
