import { existsSync } from 'node:fs';

/** Chromium of the system; undefined where there is none. */
export const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** False: tests with a browser are skipped, and say so. In CI they fail instead. */
export const runsBrowser = executablePath !== undefined || Boolean(process.env['CI']);
if (!runsBrowser) {
  console.warn('SKIPPED: what is seen in a browser is tested with Chromium (apt-get install chromium)');
}
