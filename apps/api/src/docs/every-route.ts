import type { OpenAPIObject } from '@nestjs/swagger';
import { uploadsPath } from '../uploads/upload-ids';
import { type RequestHeader, requestHeaderRef, type ResponseHeader, responseHeaderRef } from './headers';
import { keyedRefusals, postRefusals, type Refusal, refusalResponses, strayBodyRefusals } from './refusals';

/** Where `Describe` leaves what a route refuses, and which headers it takes: methods are known later, and references Nest drops. */
export const refusalsExtension = 'x-assay-refusals';
export const takesExtension = 'x-assay-takes';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Left = Operation & { [refusalsExtension]?: Refusal[]; [takesExtension]?: RequestHeader[] };
type Responses = Operation['responses'];
type Response = { headers?: Record<string, object> } & Responses[string];

/** Adds what holds for every route of its kind: problems, the headers of all answers, and what every POST takes. */
export function completeRoutes(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const completed = Object.entries(paths).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([method, operation]) => [method, completedRoute(path, method, operation as Operation)]),
    ),
  ]);
  return Object.fromEntries(completed) as OpenAPIObject['paths'];
}

function completedRoute(path: string, method: string, given: Operation): Operation {
  const { [refusalsExtension]: refused = [], [takesExtension]: takes = [], ...operation } = given as Left;
  const keyed = Boolean(operation.security?.length);
  const keptByKey = keyed && method === 'post';
  const refusals = [
    ...refused,
    ...(refused.includes(400) ? bodyRefusals(operation) : []),
    ...(keyed && method !== 'get' && !operation.requestBody ? strayBodyRefusals : []),
    ...(keptByKey ? postRefusals : []),
    ...(keyed ? keyedRefusals : []),
  ];
  const responses: Responses = { ...operation.responses };
  for (const { status, waits, ...response } of refusalResponses(refusals)) {
    const headers: ResponseHeader[] = waits ? ['Retry-After'] : [];
    responses[status] = withHeaders(response, [...headers, ...refusalHeaders(status)]);
  }
  const ofAll: ResponseHeader[] = [
    ...(['X-Request-Id', 'Assay-Mock'] as const),
    ...(keyed ? (['RateLimit', 'RateLimit-Policy'] as const) : []),
    ...(`${path}/`.startsWith(`${uploadsPath}/`) ? (['Tus-Resumable'] as const) : []),
  ];
  const described = (Object.entries(responses) as [string, Response][]).map(([status, response]) => {
    const success = /^[23]/.test(status);
    return [
      status,
      withHeaders(response, [...ofAll, ...(keptByKey && success ? (['Idempotent-Replayed'] as const) : [])]),
    ];
  });
  const taken: RequestHeader[] = [...takes, ...(keptByKey ? (['Idempotency-Key'] as const) : [])];
  const parameters = [...(operation.parameters ?? []), ...taken.map(requestHeaderRef)];
  return { ...operation, parameters, responses: Object.fromEntries(described) as Responses };
}

/** What else is wrong with a request depends on what its body may be. */
function bodyRefusals({ requestBody }: Operation): Refusal[] {
  const content = requestBody && 'content' in requestBody ? requestBody.content : {};
  return [
    ...('application/json' in content ? (['malformed-json'] as const) : []),
    ...('multipart/form-data' in content ? (['malformed-form', 'incomplete-upload'] as const) : []),
  ];
}

function refusalHeaders(status: number): ResponseHeader[] {
  if (status === 401) return ['WWW-Authenticate'];
  return status === 412 ? ['Tus-Version'] : [];
}

function withHeaders(response: Response, names: readonly ResponseHeader[]): Response {
  const added = Object.fromEntries(names.map((name) => [name, responseHeaderRef(name)]));
  return { ...response, headers: { ...response.headers, ...added } };
}
