import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
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

const here = createRequire(__filename);

/**
 * Whether the reader's native library is on this machine; not whether it runs here.
 *
 * @param library path of another one than its package's; null = that of the package, which is optional
 */
export function readerInstalled(library: string | null): boolean {
  const packages = here.resolve.paths('@contentauth/c2pa-node') ?? [];
  const files = packages.map((folder) => join(folder, '@contentauth/c2pa-node/dist/index.node'));
  return (library === null ? files : [library]).some((file) => existsSync(file));
}
