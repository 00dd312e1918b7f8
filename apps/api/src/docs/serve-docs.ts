import { type OpenAPIObject } from '@nestjs/swagger';
import { type Express, static as serveFolder } from 'express';
// Not the package itself: that runs the whole viewer in this process.
import folderOfViewer from 'swagger-ui-dist/absolute-path';
import { pageHeaders } from '../http/security-headers';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Assay API</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/docs/ui/swagger-ui.css">
  </head>
  <body>
    <div id="ui"></div>
    <script src="/docs/ui/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
const start = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#ui', deepLinking: true, docExpansion: 'list' });\n`;
/** The viewer's files change only with an upgrade of it. */
const assetMaxAge = '1d';

/** The description at /docs: for people, with everything served from here, and for machines. */
export function serveDocs(app: Express, document: OpenAPIObject): void {
  const ui = serveFolder(folderOfViewer(), { index: false, redirect: false, maxAge: assetMaxAge });
  app.get('/docs', pageHeaders(null), (_request, response) => void response.type('html').send(page));
  app.get('/docs/start.js', (_request, response) => void response.type('js').send(start));
  app.get('/docs/openapi.json', (_request, response) => void response.json(document));
  app.use('/docs/ui', ui);
}
