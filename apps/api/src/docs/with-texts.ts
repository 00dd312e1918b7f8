import { type JsonSchema, schemaFields } from './schema-fields';

/** What schemas and their fields mean, by `Schema` and `Schema.field.inner`. */
export type SchemaTexts = Readonly<Record<string, string>>;

/** @returns the schemas with a description wherever there is a text */
export function withTexts(schemas: Record<string, JsonSchema>, texts: SchemaTexts): Record<string, JsonSchema> {
  const copy = structuredClone(schemas);
  for (const [name, schema] of Object.entries(copy)) {
    describe(schema, texts[name]);
    for (const { path, schema: field } of schemaFields(schema)) describe(field, texts[[name, ...path].join('.')]);
  }
  return copy;
}

function describe(schema: JsonSchema, text: string | undefined): void {
  if (text !== undefined) schema['description'] = text;
}
