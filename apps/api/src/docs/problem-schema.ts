import { problemCodes, problemTypePrefix } from '../problems/catalogue';
import type { JsonSchema } from './schema-fields';

/** `Problem` with the types that this version knows. An open list: a client must not break on one that comes later. */
export function withKnownTypes(problem: JsonSchema): JsonSchema {
  const properties = Object(problem['properties']) as Record<string, JsonSchema>;
  const known = { enum: problemCodes.map((code) => problemTypePrefix + code) };
  const later = { pattern: `^${problemTypePrefix}[a-z-]+$` };
  return { ...problem, properties: { ...properties, type: { ...properties['type'], anyOf: [known, later] } } };
}
