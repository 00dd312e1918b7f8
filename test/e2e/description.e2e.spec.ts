/**
 * What a developer reads of the API. What holds: everything that the description refers to is in it; each answer says its
 * headers; a verdict has an example of each kind; refusals are told by type where they belong, and in words for people.
 */
import { VerdictLabel } from '@assay/contracts';
import { startTestApi, type TestApi } from '../support/api';

interface Answer {
  headers: Record<string, { $ref: string }>;
  content?: Record<string, { schema: { $ref?: string; allOf?: object[] }; examples?: Record<string, object> }>;
}
interface Operation {
  security?: object[];
  parameters: { $ref?: string; in?: string; name?: string; description?: string }[];
  responses: Record<string, Answer>;
}

let api: TestApi;
let description: {
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, object>>;
};
let operations: [string, Operation][];
beforeAll(async () => {
  api = await startTestApi({ ASSAY_MOCK: '1' });
  description = (await (await api.ask('/docs/openapi.json')).json()) as typeof description;
  operations = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
});
afterAll(() => api?.close());

const problemTypes = ({ content }: Answer): string[] =>
  [
    ...JSON.stringify(content?.['application/problem+json']?.schema ?? {}).matchAll(
      /urn:problem-type:assay:([a-z-]+)"(?=[,\]])/g,
    ),
  ].map(([, code]) => code ?? '');

it('refers to nothing that is not there', () => {
  const refs = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
  expect(refs.length).toBeGreaterThan(500);
  expect(
    refs.filter(([, kind, name]) => !description.components[kind ?? '']?.[name ?? '']).map(([ref]) => ref),
  ).toEqual([]);
});

it('says the headers of each answer', () => {
  for (const [route, { security, responses }] of operations) {
    for (const [status, { headers }] of Object.entries(responses)) {
      const keyed = security?.length ? ['RateLimit', 'RateLimit-Policy'] : [];
      const waits = ['429', '503', '507'].includes(status) && security?.length ? ['Retry-After'] : [];
      const replayed =
        route.startsWith('POST') && security?.length && status.startsWith('2') ? ['Idempotent-Replayed'] : [];
      const wanted = ['X-Request-Id', ...keyed, ...waits, ...replayed];
      expect([route, status, wanted.filter((name) => !headers[name])]).toEqual([route, status, []]);
    }
  }
});

it('says what an upload may send beside its bytes, and what each parameter of an address means', () => {
  const upload = description.paths['/v1/media']?.['post']?.parameters.map(({ $ref }) => $ref?.split('/').at(-1));
  expect(upload?.sort()).toEqual(['Assay-Subject', 'Idempotency-Key', 'X-File-Name']);
  const silent = operations.flatMap(([route, { parameters }]) =>
    parameters.filter((parameter) => !parameter.$ref && !parameter.description).map(({ name }) => `${route} ${name}`),
  );
  expect(silent).toEqual([]);
});

it('shows a verdict of each kind', () => {
  const { examples } = description.paths['/v1/scans/{scan}/verdict']?.['get']?.responses['200']?.content?.['application/json'] ?? {}; // prettier-ignore
  expect(Object.keys(examples ?? {}).sort()).toEqual([...VerdictLabel.options].sort());
});

it('tells which problems a route has', () => {
  const of = (path: string, method: string, status: number) =>
    problemTypes(description.paths[path]?.[method]?.responses[status] ?? { headers: {} });
  expect(of('/v1/scans/{scan}/verdict', 'get', 404)).toEqual(['scan-not-found', 'verdict-not-ready', 'no-verdict']);
  expect(of('/v1/scans', 'post', 422)).toEqual(
    expect.arrayContaining(['unknown-media', 'unknown-policy', 'no-callback-secret', 'idempotency-key-reused']),
  );
  expect(of('/v1/retention', 'put', 400)).toEqual(['invalid-request', 'malformed-request', 'malformed-json']);
  const untold = operations.flatMap(([route, { responses }]) =>
    Object.entries(responses)
      .filter(([, answer]) => answer.content?.['application/problem+json'] && problemTypes(answer).length === 0)
      .map(([status]) => `${route} ${status}`),
  );
  expect(untold).toEqual([]);
});

it('refuses in words for people', async () => {
  const send = async (path: string, body: string) => {
    const response = await api.ask(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    return (await response.json()) as { status: number; detail: string };
  };
  const long = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes) });
  expect(await send('/v1/scans', long(65 * 1024))).toMatchObject({
    status: 413,
    detail: 'At most 64 kB are taken at this address. Media goes to /v1/media.',
  });
  expect((await send('/v1/scans/batch', long(257 * 1024))).detail).toMatch(/^At most 256 kB /);
  expect((await send('/v1/known-lists', long(17 * 1024 * 1024))).detail).toMatch(/^At most 16 MB /);
  expect(await send('/v1/scans', JSON.stringify({ media: 'a'.repeat(64), policy: 'No such!' }))).toMatchObject({
    status: 400,
    detail: 'policy: must be the id of a policy: 1 to 40 lower-case letters, digits or hyphens.',
  });
});
