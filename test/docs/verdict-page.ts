import { volatileVerdictKeys } from '@assay/contracts';
import { type JsonSchema, schemaFields } from '../../apps/api/src/docs/schema-fields';
import { bareSchemas, schemaRef } from '../../apps/api/src/docs/schemas';
import { type SchemaTexts, withTexts } from '../../apps/api/src/docs/with-texts';
import { annotated } from './annotated';

const intro = `# The verdict

<!-- Made from the comments in libs/contracts by \`ASSAY_UPDATE_DOCS=1 npx jest test/docs\`: change them there. -->

What \`GET /v1/scans/{scan}/verdict\` answers, field by field. The same texts are in \`/docs\`, beside the schemas.

- **Read \`verdict\` first, then \`reasons\`.** They are what a person needs; everything else says what they rest on.
- **It is a hint for a person, not proof.** \`inconclusive\` is an answer, and a common one.
- \`probability\` takes either answer for equally likely beforehand. Where few items are forged, go by \`atPrevalence\`.
- Null means not known, or nothing to say; why stands at the field. A field that you don't know may come with a later version: pass it over. \`schema\` changes when one that is there
  changes its meaning.
- Numbers are repeatable: the same bytes, models and policy give the same ones, but for ${volatileVerdictKeys.map((key) => `\`${key}\``).join(', ')}.

Checking who made it: [signed verdicts](signed-verdicts.md). Showing it: [in your own dashboard](embed.md). What errors look like: [errors](errors.md).
`;

/** docs/verdict.md: a whole verdict with what each field means, then every field with its type. */
export function verdictPage(example: object, texts: SchemaTexts): string {
  const schemas = withTexts(bareSchemas(), texts);
  return [
    intro,
    '## A verdict, from end to end',
    '',
    'Of a clip that exists nowhere; made by the code that makes real ones. Of lists that are long, the first entries. One of each of the other kinds is in `/docs`, at the route.',
    '',
    '```jsonc',
    annotated(example, 'Verdict', schemas),
    '```',
    '',
    ...reachedFrom('Verdict', schemas).flatMap((name) => sectionOf(name, schemas[name] ?? {})),
  ].join('\n');
}

/** A schema, then those that it refers to, in the order in which they are met. */
function reachedFrom(first: string, schemas: Record<string, JsonSchema>): string[] {
  const reached = new Set([first]);
  // A set is walked with what is added on the way.
  for (const name of reached) for (const inner of refsIn(schemas[name])) reached.add(inner);
  return [...reached];
}

const refsIn = (schema: unknown): string[] =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => nameOf(ref ?? ''));
const nameOf = (ref: string): string => ref.slice(schemaRef('').length);

function sectionOf(name: string, schema: JsonSchema): string[] {
  const fields = schemaFields(schema);
  const head = [`## ${name}`, '', String(schema['description'] ?? ''), ''];
  if (fields.length === 0) return [...head, `Type: ${typeOf(schema)}`, ''];
  const rows = fields.map(({ path, schema: field }) => {
    const text = String(field['description'] ?? '').replace(/\n+/g, ' ');
    return `| \`${path.join('.')}\` | ${typeOf(field)} | ${text} |`;
  });
  return [...head, '| field | type | |', '|---|---|---|', ...new Set(rows), ''];
}

/** A type in a word or two, with a link where it has a section of its own. */
function typeOf(schema: JsonSchema): string {
  if (typeof schema['$ref'] === 'string') {
    const name = nameOf(schema['$ref']);
    return `[${name}](#${name.toLowerCase()})`;
  }
  const options = [schema['anyOf'] ?? schema['oneOf'] ?? []].flat() as JsonSchema[];
  if (options.length > 0) return [...new Set(options.map(typeOf))].join(' or ');
  if (schema['const'] !== undefined) return `\`${String(schema['const'])}\``;
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(', ');
  if (schema['type'] === 'array') {
    const items = [schema['prefixItems'] ?? schema['items'] ?? {}].flat() as JsonSchema[];
    return schema['prefixItems'] ? `${items.length} × ${typeOf(items[0] ?? {})}` : `list of ${typeOf(items[0] ?? {})}`;
  }
  if (schema['format'] === 'date-time') return 'time';
  return [schema['type'] ?? 'any'].flat().join(' or ');
}
