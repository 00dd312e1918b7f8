export type JsonSchema = Record<string, unknown>;

export interface SchemaField {
  /** Names of fields, from the schema inwards; lists and alternatives add nothing. */
  path: string[];
  schema: JsonSchema;
}

/** Keywords below which a schema goes on, with the fields of the same object. */
const nested = ['items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', 'additionalProperties'];

/** Every field of a JSON Schema, in its order. Not those of other schemas that it refers to. */
export function schemaFields(schema: JsonSchema, path: string[] = []): SchemaField[] {
  const own = Object.entries(Object(schema['properties']) as Record<string, JsonSchema>).flatMap(([name, field]) => {
    const at = [...path, name];
    return [{ path: at, schema: field }, ...schemaFields(field, at)];
  });
  const inner = nested.flatMap((keyword) => [schema[keyword] ?? []].flat()).filter(isSchema);
  return [...own, ...inner.flatMap((part) => schemaFields(part, path))];
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
