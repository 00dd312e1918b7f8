import { fileURLToPath, URL } from 'node:url';
import { defineConfig } from 'vite';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Beyond ASCII as escapes: pages that serve the script themselves do not always say its encoding. */
const asciiOnly = {
  name: 'ascii-only',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.replace(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/** One script, nothing else to load: dashboards put it into a tag. */
export default defineConfig({
  plugins: [asciiOnly],
  resolve: { alias: { '@assay/wording': at('../../libs/wording/src/index.ts') } },
  build: {
    lib: { entry: at('src/index.ts'), name: 'AssayVerdict', formats: ['iife'], fileName: () => 'assay-verdict.js' },
  },
});
