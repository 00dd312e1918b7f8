/**
 * The examples of the description: one verdict of each kind, made by the code that makes real ones, and what stands around
 * them. Each fits its schema as published. `ASSAY_UPDATE_DOCS=1 npx jest test/docs` writes them anew.
 */
import { resolve } from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Verdict, VerdictLabel } from '@assay/contracts';
import { componentSchemas } from '../../apps/api/src/docs/schemas';
import { freshExamples, verdictExamples } from './examples';
import { heldFile } from './held-file';

const file = resolve(__dirname, '../../apps/api/src/docs/schema-examples.json');

it('are as made', () => {
  expect(heldFile(file, `${JSON.stringify(freshExamples, null, 2)}\n`)).toBe('as made');
});

it('fit their schemas', () => {
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
  ajv.addSchema({ components: { schemas: componentSchemas() } }, 'api');
  for (const [schema, named] of Object.entries(freshExamples)) {
    const validate = ajv.compile({ $ref: `api#/components/schemas/${schema}` });
    for (const [name, { value }] of Object.entries(named)) {
      // As it is sent: what is undefined is not there.
      validate(JSON.parse(JSON.stringify(value)));
      expect([schema, name, validate.errors]).toEqual([schema, name, null]);
    }
  }
});

it('has each label once, under its name, and no field that the contract does not have', () => {
  expect(Object.keys(verdictExamples).sort()).toEqual([...VerdictLabel.options].sort());
  for (const [label, verdict] of Object.entries(verdictExamples)) {
    expect(verdict.verdict).toBe(label);
    expect(Verdict.parse(verdict)).toEqual(verdict);
  }
});
