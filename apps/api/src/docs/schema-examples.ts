import examples from './schema-examples.json';

/** Examples of schemas, by schema and by name. */
export type SchemaExamples = Record<string, Record<string, { summary: string; value: object }>>;

/** @returns `{ examples }` of a media type where there are some of this schema: synthetic, made and held by `test/docs` */
export function examplesOf(schema: string): { examples?: SchemaExamples[string] } {
  const found = (examples as SchemaExamples)[schema];
  return found ? { examples: found } : {};
}
