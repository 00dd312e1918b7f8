import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const bundler = resolve(__dirname, '../../apps/console');

/** One script that has the client as `window.assay`, built with the page's own bundler and settings. */
export function clientBundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-browser-'));
  const entry = join(folder, 'entry.js');
  const out = join(folder, 'out');
  writeFileSync(entry, `import * as assay from '@assay/client'; window.assay = assay;`);
  const build = { outDir: out, lib: { entry, formats: ['iife'], name: 'unused', fileName: 'assay' } };
  const script = `
    import { build, mergeConfig } from 'vite';
    import config from './vite.config.mjs';
    await build(mergeConfig({ ...config, plugins: [] }, { configFile: false, publicDir: false, logLevel: 'warn', build: ${JSON.stringify(build)} }));`;
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: bundler, encoding: 'utf8' });
    return readFileSync(join(out, 'assay.iife.js'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
