/**
 * `docs/assay.postman_collection.json` is what the description of this version gives: every route is in it, and nothing that
 * is no route. `ASSAY_UPDATE_COLLECTION=1 npx jest test/e2e/postman` writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startTestApi, type TestApi } from '../support/api';
import { postmanCollection } from '../support/postman';

interface Item {
  name: string;
  item?: Item[];
  request?: { method: string; url: { path: string[] } };
}

const file = resolve(__dirname, '../../docs/assay.postman_collection.json');
let api: TestApi;
beforeAll(async () => void (api = await startTestApi({ ASSAY_MOCK: '1' })));
afterAll(() => api?.close());

it('is fresh, and has every route', async () => {
  const description = await (await api.ask('/docs/openapi.json')).json();
  const collection = `${JSON.stringify(await postmanCollection(description), null, 1)}\n`;
  if (process.env['ASSAY_UPDATE_COLLECTION']) writeFileSync(file, collection);
  expect(readFileSync(file, 'utf8')).toBe(collection);
  const requests = (items: Item[]): string[] =>
    items.flatMap(({ item = [], request }) => [
      ...requests(item),
      ...(request ? [`${request.method} /${request.url.path.join('/').replace(/:(\w+)/g, '{$1}')}`] : []),
    ]);
  const routes = Object.entries(description.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(requests((JSON.parse(collection) as Item).item ?? []).sort()).toEqual(routes.sort());
});
