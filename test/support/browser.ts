import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Chromium of the system; undefined where there is none. */
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** False: tests with a browser are skipped, and say so. In CI they fail instead. */
export const runsBrowser = executablePath !== undefined || Boolean(process.env['CI']);
if (!runsBrowser) {
  console.warn('SKIPPED: what is seen in a browser is tested with Chromium (apt-get install chromium)');
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox', '--disable-gpu'] });

/** A new page, and what it complains of: errors, and whatever its content policy kept from it. */
export async function watchedPage(browser: Browser): Promise<{ page: Page; complaints: string[] }> {
  const complaints: string[] = [];
  const page = await browser.newPage();
  // The test's own limit bounds it: half a minute is little on a machine that also scans.
  page.setDefaultTimeout(0);
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
  });
  return { page, complaints };
}
