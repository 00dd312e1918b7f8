import { join } from 'node:path';
import { type Express, static as serveFolder } from 'express';
import { pageHeaders } from '../http/security-headers';
import { problems } from '../problems/problems';

/** Beside this app, seen from src/ and dist/ alike. */
const consoleFolder = join(__dirname, '../../../console/dist');

/** The page at `/`. Assets carry a hash in their names and never change; the page that names them may. */
export function serveConsole(app: Express, folder = consoleFolder): void {
  const assets = serveFolder(join(folder, 'assets'), { index: false, redirect: false, immutable: true, maxAge: '1y' });
  app.use('/assets', assets);
  app.get('/favicon.svg', (_request, response, next) => {
    response.sendFile('favicon.svg', { root: folder }, (error) => error && next(problems.routeNotFound()));
  });
  app.get(['/', '/index.html'], pageHeaders, (_request, response, next) => {
    response.set('cache-control', 'no-cache');
    response.sendFile('index.html', { root: folder, cacheControl: false }, (error) => {
      if (error && !response.headersSent) next(problems.unavailable('The page was not built: npm run build.'));
    });
  });
}
