import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const folder = resolve(__dirname, '../../libs/contracts/src');

/** A schema as its source has it: `const <name> = <value>`. */
interface Declared {
  doc: string | null;
  value: ts.Expression;
  /** What its own file declares, which names there mean first. */
  file: Declarations;
}
type Declarations = Map<string, Declared>;
/** A part of a schema, in the file that it stands in. */
interface Part {
  value: ts.Expression;
  file: Declarations;
}
interface Field extends Part {
  doc: string | null;
}

export interface ContractComments {
  /** The comment on a schema. */
  ofSchema(name: string): string | null;
  /** The comment on a field, or else the one on the schema that is its value. @param path names of fields, from the schema inwards */
  ofField(name: string, path: readonly string[]): string | null;
}

/** Calls whose argument lists the fields of an object. */
const withFields = new Set(['object', 'strictObject', 'looseObject', 'extend']);

/** The TSDoc comments of the contracts, which Zod does not see, by schema and field. */
export function contractComments(): ContractComments {
  const exported: Declarations = new Map();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
    const file = declarationsOf(readFileSync(join(folder, name), 'utf8'));
    for (const [schema, declared] of file) exported.set(schema, declared);
  }
  const find = (name: string, file: Declarations): Declared | null => file.get(name) ?? exported.get(name) ?? null;

  const declaredOf = (given: ts.Expression, file: Declarations): Declared | null => {
    const value = bare(given);
    if (ts.isIdentifier(value)) return find(value.text, file);
    const receiver = receiverOf(value);
    return receiver && declaredOf(receiver, file);
  };
  const docOf = (part: Part): string | null => {
    const declared = declaredOf(part.value, part.file);
    return declared && (declared.doc ?? docOf(declared));
  };
  /** Fields by name; of a union, those of all its members. */
  const fieldsOf = ({ value: given, file }: Part): Map<string, Field> => {
    const value = bare(given);
    const fields = new Map<string, Field>();
    const add = (part: ts.Expression) => {
      for (const [name, field] of fieldsOf({ value: part, file })) if (!fields.has(name)) fields.set(name, field);
    };
    if (ts.isIdentifier(value)) {
      const declared = find(value.text, file);
      return declared ? fieldsOf(declared) : fields;
    }
    if (ts.isArrayLiteralExpression(value)) value.elements.forEach(add);
    if (!ts.isCallExpression(value)) return fields;
    const method = ts.isPropertyAccessExpression(value.expression) ? value.expression.name.text : '';
    for (const argument of value.arguments.map(bare)) {
      if (!ts.isObjectLiteralExpression(argument)) add(argument);
      else if (withFields.has(method)) for (const field of literalFields(argument, file)) fields.set(...field);
    }
    const receiver = receiverOf(value);
    if (receiver) add(receiver);
    return fields;
  };

  return {
    ofSchema: (name) => exported.get(name)?.doc ?? null,
    ofField: (name, path) => {
      let part: Part | null = exported.get(name) ?? null;
      let field: Field | null = null;
      for (const step of path) {
        field = (part && fieldsOf(part).get(step)) ?? null;
        part = field;
      }
      return field && (field.doc ?? docOf(field));
    },
  };
}

function declarationsOf(text: string): Declarations {
  const file: Declarations = new Map();
  const source = ts.createSourceFile('contract.ts', text, ts.ScriptTarget.ES2022, true);
  for (const statement of source.statements.filter(ts.isVariableStatement)) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer)
        file.set(name.text, { doc: commentOn(statement), value: initializer, file });
    }
  }
  return file;
}

function literalFields(literal: ts.ObjectLiteralExpression, file: Declarations): [string, Field][] {
  return literal.properties.flatMap((property) => {
    if (!ts.isPropertyAssignment(property)) return [];
    const { name } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return [];
    return [[name.text, { doc: commentOn(property), value: property.initializer, file }]];
  });
}

/** What a method is called on, unless that is Zod itself. */
function receiverOf(value: ts.Expression): ts.Expression | null {
  if (!ts.isCallExpression(value) || !ts.isPropertyAccessExpression(value.expression)) return null;
  const { expression } = value.expression;
  return ts.isIdentifier(expression) && expression.text === 'z' ? null : expression;
}

function bare(value: ts.Expression): ts.Expression {
  const wrapped = ts.isSatisfiesExpression(value) || ts.isAsExpression(value) || ts.isParenthesizedExpression(value);
  return wrapped ? bare(value.expression) : value;
}

/** One paragraph a line; entries of a list stay lines of their own. */
function commentOn(node: ts.Node): string | null {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  const text = ts.getTextOfJSDocComment(comment)?.trim();
  return text ? text.replace(/([^\n])\n(?![\n-])/g, '$1 ') : null;
}
