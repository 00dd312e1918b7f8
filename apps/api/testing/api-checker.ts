import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

interface Described {
  content?: Record<string, { schema: { $ref: string; allOf?: { properties?: { type?: { enum?: string[] } } }[] } }>;
  headers?: Record<string, unknown>;
}
interface Operation {
  security?: unknown[];
  parameters?: { in: string; name: string; schema?: { pattern?: string } }[];
  requestBody?: { content: Record<string, { schema?: { $ref?: string } }> };
  responses: Record<string, Described>;
}
export interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
}

export interface ApiChecker {
  description: Description;
  routes(): { method: string; path: string; open: boolean }[];
  bodyTypes(method: string, path: string): string[];
  /** @throws when the status, the type or the body of an answer is not what the description says */
  check(method: string, path: string, response: Response): Promise<void>;
  /**
   * What of an exchange is not as described: a JSON body that was taken, a success, a problem document. Null for what is not
   * described at all, such as pages and refusals of unknown addresses; streams are not read.
   *
   * @param path as it was asked for
   * @param body of the request, where it was JSON
   */
  faultOf(method: string, path: string, body: string | null, response: Response): Promise<string | null>;
}

const problemType = 'application/problem+json';
const problemRef = '#/components/schemas/Problem';
/** What servers, proxies and browsers say to each other, and what is the same for every answer for safety's sake: no part of the interface. */
const common =
  /^(access-control-.*|allow|cache-control|connection|content-.*|cross-origin-.*|date|keep-alive|last-modified|origin-agent-cluster|referrer-policy|strict-transport-security|transfer-encoding|vary|x-(?!request-id).*)$/;

/** Headers of an answer that its description does not name, and types of problems that it does not. */
function undescribed(described: Described, response: Response, type: string | null): string[] {
  const named = new Set(Object.keys(described.headers ?? {}).map((name) => name.toLowerCase()));
  const headers = [...response.headers.keys()].filter((name) => !common.test(name) && !named.has(name));
  const types = described.content?.[problemType]?.schema.allOf?.flatMap((part) => part.properties?.type?.enum ?? []);
  return [
    ...headers.map((name) => `the header ${name} is not described`),
    ...(type && types && !types.includes(type) ? [`the problem ${type} is not described`] : []),
  ];
}

/** Holds answers against the published description, with a validator that shares no code with the service. */
export async function apiChecker(url: string): Promise<ApiChecker> {
  const description = (await (await fetch(`${url}/docs/openapi.json`)).json()) as Description;
  if (!description.openapi.startsWith('3.1')) throw new Error(`not OpenAPI 3.1 but ${description.openapi}`);
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
  ajv.addSchema(description, 'api');
  const operation = (method: string, path: string): Operation => {
    const found = description.paths[path]?.[method.toLowerCase()];
    if (!found) throw new Error(`${method} ${path} is not described`);
    return found;
  };
  const patterns = Object.keys(description.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  const against = (ref: string, value: unknown): string | null => {
    const validate = ajv.compile({ $ref: `api${ref}` });
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
  return {
    description,
    async faultOf(method, path, body, response) {
      // A fixed path before one with parameters: `/v1/uploads/direct` is no upload.
      const found = patterns
        .filter(({ pattern }) => pattern.test(path))
        .sort((a, b) => a.template.split('{').length - b.template.split('{').length)[0];
      const described = found && description.paths[found.template]?.[method.toLowerCase()];
      if (!described) return null;
      const where = `${method} ${found.template} ${response.status}`;
      const type = response.headers.get('content-type')?.split(';')[0] ?? '';
      const taken = described.requestBody?.content['application/json']?.schema?.$ref;
      const sent = taken && body !== null && response.ok ? against(taken, JSON.parse(body)) : null;
      if (sent) return `${where} took a body that is not described: ${sent}`;
      const answer = described.responses[response.status];
      if (type === problemType) {
        const problem = (await response.clone().json()) as { type: string };
        if (!answer) return `${where} is not described: ${problem.type}`;
        const faults = [against(problemRef, problem), ...undescribed(answer, response, problem.type)];
        const [fault] = faults.filter((found) => found !== null);
        return fault ? `${where}: ${fault}` : null;
      }
      if (!response.ok) return null;
      if (!answer) return `${where} is not described`;
      const [extra] = undescribed(answer, response, null);
      if (extra) return `${where}: ${extra}`;
      const { content } = answer;
      if (type === '' || method === 'HEAD') return null;
      const schema = content?.[type]?.schema;
      if (!schema) return `${where} ${type} is not described`;
      if (type !== 'application/json') return null;
      const fault = against(schema.$ref, await response.clone().json());
      return fault && `${where}: ${fault}`;
    },
    routes: () =>
      Object.entries(description.paths).flatMap(([path, item]) =>
        Object.entries(item).map(([method, { security }]) => ({
          method: method.toUpperCase(),
          path: path.replace(/\{[^}]+\}/g, '0'),
          open: !security?.length,
        })),
      ),
    bodyTypes: (method, path) => Object.keys(operation(method, path).requestBody?.content ?? {}),
    async check(method, path, response) {
      const where = `${method} ${path} ${response.status}`;
      const type = response.headers.get('content-type')?.split(';')[0] ?? '';
      const answer = operation(method, path).responses[response.status];
      const schema = answer?.content?.[type]?.schema;
      if (!answer || !schema) throw new Error(`${where} ${type} is not described`);
      const body = (await response.json()) as { type: string };
      // What a problem is, and the types that it may have here.
      const ref = type === problemType ? problemRef : schema.$ref;
      const fault = against(ref, body) ?? undescribed(answer, response, type === problemType ? body.type : null)[0];
      if (fault) throw new Error(`${where}: ${fault}`);
    },
  };
}
