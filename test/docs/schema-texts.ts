import { schemaFields } from '../../apps/api/src/docs/schema-fields';
import { bareSchemas } from '../../apps/api/src/docs/schemas';
import type { SchemaTexts } from '../../apps/api/src/docs/with-texts';
import { contractComments } from './contract-comments';

/** What the comments of the contracts say of every schema of the description, and of its fields. */
export function freshSchemaTexts(): SchemaTexts {
  const comments = contractComments();
  const texts = Object.entries(bareSchemas()).flatMap(([name, schema]) => [
    [name, comments.ofSchema(name)],
    ...schemaFields(schema).map(({ path }) => [[name, ...path].join('.'), comments.ofField(name, path)]),
  ]);
  return Object.fromEntries(texts.filter(([, text]) => text !== null)) as SchemaTexts;
}

/** Fields that nothing is said of, of these schemas and all that they refer to. */
export function untold(names: readonly string[], texts: SchemaTexts): string[] {
  const schemas = bareSchemas();
  const reached = new Set(names);
  // A set is walked with what is added on the way.
  for (const name of reached) for (const inner of refsIn(schemas[name])) reached.add(inner);
  return [...reached].flatMap((name) => {
    const fields = schemaFields(schemas[name] ?? {}).map(({ path }) => [name, ...path].join('.'));
    return [name, ...fields].filter((key) => texts[key] === undefined);
  });
}

function refsIn(schema: unknown): string[] {
  return [...JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '');
}
