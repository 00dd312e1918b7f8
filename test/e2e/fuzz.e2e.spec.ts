/**
 * Every route of the description, with addresses, headers and bodies that are nearly right, wrong, or absurd. What holds:
 * no answer is a 5xx, none shows a stack or a path of the machine, each refusal is a problem document, each comes at all.
 *
 * `ASSAY_FUZZ_SEED` and `ASSAY_FUZZ_RUNS` (requests a route, 25) look further; a failure names its seed and its request.
 */
import * as fc from 'fast-check';
import { apiChecker, type Description } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';

jest.setTimeout(600_000);

const seed = Number(process.env['ASSAY_FUZZ_SEED'] ?? 20_260_102);
const numRuns = Number(process.env['ASSAY_FUZZ_RUNS'] ?? 25);
/** No route waits that long for anything that is sent here: who has not answered by then never will, ms. */
const hangMs = 120_000;
const leaks = /\n\s+at |node_modules|\/(apps|libs|home|tmp|work|root)\/|\.[jt]s:\d+/;

/** Text that has broken parsers before. */
const nasty = fc.constantFrom(
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'null',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  '%zz',
  '\u0000',
  '\u2028',
  '\ud800',
  'sc_' + '0'.repeat(32),
  'wh_' + '0'.repeat(24),
  'a'.repeat(64),
  'x'.repeat(4_000),
  "' OR 1=1 --",
  '${7*7}',
  'http://127.0.0.1:1/',
  'file:///etc/passwd',
);
const text = fc.oneof(nasty, fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 20 }));
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.constantFrom(2 ** 53, -(2 ** 63), 1e308, [], {}, [[[[[[]]]]]], { a: { b: { c: {} } } }),
);
/** What a header may hold at all. */
const headerText = text.map((given) => given.replace(/[^\x20-\x7e\xa0-\xff]/g, '').slice(0, 2_000));
const headers = fc.dictionary(
  fc.constantFrom(
    'idempotency-key',
    'x-request-id',
    'x-file-name',
    'assay-subject',
    'origin',
    'access-control-request-method',
    'content-type',
    'accept',
    'range',
    'if-none-match',
    'tus-resumable',
    'upload-length',
    'upload-offset',
    'upload-metadata',
    'upload-checksum',
    'upload-defer-length',
    'upload-concat',
    'last-event-id',
    'traceparent',
    'tracestate',
    'baggage',
    'x-forwarded-for',
    'content-encoding',
    'x-http-method-override',
  ),
  headerText,
  { maxKeys: 4 },
);

/** A body of the schema's own fields, some missing, some odd, some of nobody; or none of that; or no JSON at all. */
function bodyOf(description: Description, ref: string): fc.Arbitrary<string> {
  const names = Object.keys(description.components.schemas[ref.split('/').at(-1) ?? '']?.properties ?? {});
  const fields = Object.fromEntries(names.map((name) => [name, value]));
  const shaped = fc.record(fields, { requiredKeys: [] });
  const documents = fc.oneof({ weight: 4, arbitrary: shaped }, fc.dictionary(text, value, { maxKeys: 4 }), value);
  const json = documents.map((document) => JSON.stringify(document) ?? 'undefined');
  const broken = fc.tuple(json, fc.nat(40)).map(([whole, at]) => whole.slice(0, at));
  const proto = fc.constant('{"__proto__": {"media": "x"}, "constructor": {"prototype": {}}}');
  const deep = fc.constant('['.repeat(20_000));
  const large = fc.constant(JSON.stringify({ media: 'x'.repeat(200_000) }));
  return fc.oneof({ weight: 8, arbitrary: json }, { weight: 2, arbitrary: broken }, proto, deep, large);
}

let api: TestApi;
let description: Description;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_MOCK: '1' });
  ({ description } = await apiChecker(api.url));
});
afterAll(() => api?.close());

const routesOf = (given: Description) =>
  Object.entries(given.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

it('every route bears what it is sent', async () => {
  const statuses = new Map<number, number>();
  const routes = routesOf(description);
  for (const { path, method, operation } of routes) {
    const parameters = operation.parameters ?? [];
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    const inQuery = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const types = Object.keys(operation.requestBody?.content ?? {});
    const ref = operation.requestBody?.content['application/json']?.schema?.$ref;
    const request = fc.record({
      path: fc.record(Object.fromEntries(inPath.map((name) => [name, text]))),
      // A wait that is valid would only make this slow.
      query: fc.dictionary(fc.oneof(fc.constantFrom('x', ...inQuery.filter((name) => name !== 'wait')), text), text, {
        maxKeys: 3,
      }),
      headers,
      type: fc.constantFrom(
        'application/json',
        'application/json',
        'text/plain',
        ...types.map((type) => type.replace('*', 'mp4')),
      ),
      body:
        method === 'GET' || method === 'HEAD' ? fc.constant(null) : fc.option(ref ? bodyOf(description, ref) : text),
      authorised: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn > 0),
    });
    const bears = async (drawn: typeof request extends fc.Arbitrary<infer T> ? T : never): Promise<void> => {
      const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => segmentOf(drawn.path[name] ?? ''));
      const query = Object.entries(drawn.query).map(([name, given]) => `${segmentOf(name)}=${segmentOf(given)}`);
      const given: Record<string, string> = { 'content-type': drawn.type, ...drawn.headers };
      if (drawn.authorised) given['x-api-key'] = api.key;
      const response = await fetch(`${api.url}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`, {
        method,
        headers: given,
        signal: AbortSignal.timeout(hangMs),
        redirect: 'manual',
        ...(drawn.body === null ? {} : { body: drawn.body }),
      });
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
      const shown = isStream ? (await response.body?.cancel(), '') : await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status >= 500) throw new Error(`${response.status}: ${shown}`);
      if (leaks.test(shown) && response.status >= 400) throw new Error(`shows too much: ${shown}`);
      if (
        response.status >= 400 &&
        method !== 'HEAD' &&
        !response.headers.get('content-type')?.startsWith('application/problem+json')
      )
        throw new Error(`${response.status} is no problem document: ${shown}`);
    };
    await fc.assert(fc.asyncProperty(request, bears), { seed, numRuns, endOnFailure: true }).catch((error: unknown) => {
      throw new Error(`${method} ${path}: ${(error as Error).message}`);
    });
  }
  // It was not all turned away at the door.
  expect(routes.length).toBeGreaterThan(25);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 404]));
});

/** Mostly as a client would encode it; broken percent signs stay broken. */
function segmentOf(given: string): string {
  if (given === '%zz' || given === '%00') return given;
  try {
    return encodeURIComponent(given) || '%20';
  } catch {
    return '%ED%A0%80';
  }
}
