import { join } from 'node:path';
import type { LoginProvider } from '@assay/contracts';
import { type Express, static as serveFolder } from 'express';
import { pageHeaders } from '../http/security-headers';
import { problems } from '../problems/problems';

/** Beside this app, seen from src/ and dist/ alike. */
const consoleFolder = join(__dirname, '../../../console/dist');

const widgetFolder = join(__dirname, '../../../widget/dist');

/** `<assay-verdict>` for dashboards: a script that pages of other origins may load. It holds no data. */
export function serveWidget(app: Express, folder = widgetFolder): void {
  app.get('/embed/assay-verdict.js', (_request, response, next) => {
    response.set({ 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'public, max-age=3600' });
    response.sendFile('assay-verdict.js', { root: folder, cacheControl: false }, (error) => {
      if (error && !response.headersSent) next(problems.unavailable('The widget was not built: npm run build.'));
    });
  });
}

/** The page at `/`. Assets carry a hash in their names and never change; the page that names them may. */
export function serveConsole(app: Express, login: LoginProvider | null, folder = consoleFolder): void {
  const assets = serveFolder(join(folder, 'assets'), { index: false, redirect: false, immutable: true, maxAge: '1y' });
  app.use('/assets', assets);
  app.get('/favicon.svg', (_request, response, next) => {
    response.sendFile('favicon.svg', { root: folder }, (error) => error && next(problems.routeNotFound()));
  });
  const headers = pageHeaders(login && new URL(login.issuer).origin);
  app.get(['/', '/index.html'], headers, (_request, response, next) => {
    response.set('cache-control', 'no-cache');
    response.sendFile('index.html', { root: folder, cacheControl: false }, (error) => {
      if (error && !response.headersSent) next(problems.unavailable('The page was not built: npm run build.'));
    });
  });
}
