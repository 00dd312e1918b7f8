import type { JsonSchema } from '../../apps/api/src/docs/schema-fields';

/** Entries of a list that are shown. */
const shown = 2;
/** Characters of a line, up to which an entry is kept on one. */
const lineLength = 110;

/** A document as JSON with comments: what each field means, by the first sentence of its description, at its first place. */
export function annotated(value: unknown, name: string, schemas: Record<string, JsonSchema>): string {
  const said = new Set<string>();

  const lines = (given: unknown, schema: JsonSchema, indent: string): string => {
    if (Array.isArray(given)) return list(given, schema, indent);
    if (typeof given !== 'object' || given === null) return JSON.stringify(given);
    const inner = `${indent}  `;
    const entries = Object.entries(given).filter(([, field]) => field !== undefined);
    if (entries.length === 0) return '{}';
    const rows = entries.map(([key, field], at) => {
      const fieldSchema = propertyOf(schema, key, schemas);
      const text = firstSentence(fieldSchema['description']);
      const comment = text && !said.has(text) ? `${inner}// ${text}\n` : '';
      if (text) said.add(text);
      return `${comment}${inner}"${key}": ${lines(field, fieldSchema, inner)}${at < entries.length - 1 ? ',' : ''}`;
    });
    return `{\n${rows.join('\n')}\n${indent}}`;
  };

  const list = (given: unknown[], schema: JsonSchema, indent: string): string => {
    const flat = JSON.stringify(given);
    if (!given.some((item) => typeof item === 'object') && flat.length < lineLength) return flat.replaceAll(',', ', ');
    const inner = `${indent}  `;
    const rows = given.slice(0, shown).map((item) => `${inner}${lines(item, itemOf(schema, schemas), inner)}`);
    const rest = given.length > shown ? [`${inner}// and ${given.length - shown} more`] : [];
    return `[\n${rows.map((row, at) => (at < given.length - 1 && at < rows.length - 1 ? `${row},` : row)).join('\n')}\n${[...rest, `${indent}]`].join('\n')}`;
  };

  return lines(value, schemas[name] ?? {}, '');
}

/** Alternatives of a schema, with what it refers to in place. */
function partsOf(schema: JsonSchema, schemas: Record<string, JsonSchema>): JsonSchema[] {
  const ref = schema['$ref'];
  const referred = typeof ref === 'string' ? (schemas[ref.split('/').at(-1) ?? ''] ?? {}) : schema;
  const options = ['anyOf', 'oneOf'].flatMap((keyword) => [referred[keyword] ?? []].flat() as JsonSchema[]);
  return [referred, ...options.flatMap((option) => partsOf(option, schemas))];
}

function propertyOf(schema: JsonSchema, key: string, schemas: Record<string, JsonSchema>): JsonSchema {
  const found = partsOf(schema, schemas).map((part) => (Object(part['properties']) as Record<string, JsonSchema>)[key]);
  return found.find((property) => property !== undefined) ?? {};
}

function itemOf(schema: JsonSchema, schemas: Record<string, JsonSchema>): JsonSchema {
  const found = partsOf(schema, schemas).find((part) => part['items'] !== undefined);
  return (found?.['items'] as JsonSchema | undefined) ?? {};
}

/** Up to the first full stop that ends one. */
function firstSentence(text: unknown): string {
  const [line = ''] = String(text ?? '').split('\n');
  return /^.*?[.](?= [A-Z]|$)/.exec(line)?.[0] ?? line;
}
