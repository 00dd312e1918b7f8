/**
 * The catalogue of problems is what the service answers with: no more, no fewer, the same status, the same `Retry-After`; and
 * docs/errors.md says it. `ASSAY_UPDATE_DOCS=1 npx jest test/docs` writes the page anew.
 */
import { resolve } from 'node:path';
import { problemCatalogue, problemCodes, problemTypePrefix } from '../../apps/api/src/problems/catalogue';
import { errorsPage } from './errors-page';
import { heldFile } from './held-file';
import { everyProblem } from './problem-samples';

it('has every problem, with its status and whether Retry-After comes with it', () => {
  const made = everyProblem().map(({ problem, headers }) => [
    problem.type.slice(problemTypePrefix.length),
    problem.status,
    'retry-after' in headers,
  ]);
  const told = problemCodes.map((code) => [code, problemCatalogue[code].status, problemCatalogue[code].waits === true]);
  expect(made.sort()).toEqual(told.sort());
});

it('is the page', () => {
  expect(heldFile(resolve(__dirname, '../../docs/errors.md'), errorsPage())).toBe('as made');
});
