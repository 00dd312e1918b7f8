import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The built file of the reading process. Under jest this module lies in src/, and the process is started from dist/, so build before
 * testing.
 *
 * @throws Error when the library was not built
 */
export function readerEntry(): string {
  const beside = join(__dirname, 'reader-process.js');
  if (existsSync(beside)) return beside;
  const built = resolve(__dirname, '../dist/reader-process.js');
  if (existsSync(built)) return built;
  throw new Error('The reader of Content Credentials is not built: run "npm run build:ts" first.');
}
