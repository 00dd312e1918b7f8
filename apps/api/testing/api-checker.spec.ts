import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiChecker, apiChecker } from './api-checker';

const problem = { $ref: '#/components/schemas/Problem' };
const types = { type: 'object', properties: { type: { enum: ['urn:problem-type:assay:told'] } } };
const description = {
  openapi: '3.1.0',
  paths: {
    '/v1/things': {
      get: {
        responses: {
          200: { headers: { 'X-Request-Id': {} }, content: { 'text/plain': {} } },
          404: { headers: {}, content: { 'application/problem+json': { schema: { allOf: [problem, types] } } } },
        },
      },
    },
  },
  components: { schemas: { Problem: { type: 'object', required: ['type'] } } },
};

let server: Server;
let checker: ApiChecker;
beforeAll(async () => {
  server = createServer((_request, response) => void response.end(JSON.stringify(description)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  checker = await apiChecker(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const faultOf = (response: Response) => checker.faultOf('GET', '/v1/things', null, response);
const refused = (type: string, status = 404) =>
  faultOf(Response.json({ type }, { status, headers: { 'content-type': 'application/problem+json' } }));

it('finds a header of ours that is not described, and lets those of HTTP be', async () => {
  const answer = (headers: Record<string, string>) => faultOf(new Response(null, { headers }));
  expect(await answer({ 'x-request-id': '1', 'cache-control': 'no-store', vary: 'accept' })).toBeNull();
  expect(await answer({ 'assay-new': '1' })).toBe('GET /v1/things 200: the header assay-new is not described');
  expect(await answer({ 'retry-after': '1' })).toBe('GET /v1/things 200: the header retry-after is not described');
});

it('finds a problem that the route does not tell of, by type and by status', async () => {
  expect(await refused('urn:problem-type:assay:told')).toBeNull();
  expect(await refused('urn:problem-type:assay:other')).toContain('urn:problem-type:assay:other is not described');
  expect(await refused('urn:problem-type:assay:told', 409)).toContain('GET /v1/things 409 is not described');
});
