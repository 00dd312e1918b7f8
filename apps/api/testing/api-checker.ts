import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

interface Operation {
  security?: unknown[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

export interface ApiChecker {
  routes(): { method: string; path: string; open: boolean }[];
  bodyTypes(method: string, path: string): string[];
  /** @throws when the status, the type or the body of an answer is not what the description says */
  check(method: string, path: string, response: Response): Promise<void>;
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
  return {
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
      const schema = operation(method, path).responses[response.status]?.content?.[type]?.schema;
      if (!schema) throw new Error(`${where} ${type} is not described`);
      const validate = ajv.compile({ $ref: `api${schema.$ref}` });
      if (!validate(await response.json())) throw new Error(`${where}: ${ajv.errorsText(validate.errors)}`);
    },
  };
}
