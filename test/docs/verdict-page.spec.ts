/** docs/verdict.md is what contracts and examples give. `ASSAY_UPDATE_DOCS=1 npx jest test/docs` writes it anew. */
import { resolve } from 'node:path';
import { verdictExamples } from './examples';
import { heldFile } from './held-file';
import { freshSchemaTexts } from './schema-texts';
import { verdictPage } from './verdict-page';

const page = verdictPage(verdictExamples.likely_manipulated, freshSchemaTexts());

it('is as made', () => {
  expect(heldFile(resolve(__dirname, '../../docs/verdict.md'), page)).toBe('as made');
});

it('shows a whole verdict: without its comments it is JSON', () => {
  const [, shown = ''] = /```jsonc\n([\s\S]+?)\n```/.exec(page) ?? [];
  const document = JSON.parse(shown.replace(/^ *\/\/.*$/gm, ''));
  expect(Object.keys(document)).toEqual(Object.keys(JSON.parse(JSON.stringify(verdictExamples.likely_manipulated))));
  expect(document.tracks[0].observations).toHaveLength(2);
});
