/**
 * - What is written holds to `assay.eval/1`, also where figures are not defined; and it reads back the same.
 * - A number that JSON cannot hold, or a field that nobody described, is a fault and not a silent null.
 */
import { defaultPolicy, EvalDocument, type Verdict } from '@assay/contracts';
import { sampleVerdict } from '../testing/sample-verdict';
import { evalDocument, type EvalResults } from './eval-document';
import { evaluate } from './evaluate';
import { evaluateFrames } from './evaluate-frames';
import type { EvalItem } from './read-csv';

const source = { layout: null, compression: null, split: null, perFamily: null, limit: null };
const settings = { seed: 1, resamples: 100, realsPerFake: 20, source };

function resultsOf(verdicts: Verdict[], isFake: (i: number) => boolean): EvalResults {
  const items = verdicts.map((_, i): EvalItem => {
    const file = `${i}.mp4`;
    return { id: file, file, path: file, fake: isFake(i), family: 'f', group: file, region: 'full', columns: {} };
  });
  const result = evaluate(items, verdicts, settings, 1 / 21);
  const modelSet = 'a'.repeat(64);
  return {
    items,
    verdicts,
    usedModels: verdicts,
    policy: defaultPolicy,
    modelSet,
    settings,
    result,
    frames: evaluateFrames(items, verdicts, settings),
    comparison: null,
    slices: [],
    grid: null,
    attacks: null,
    uploads: null,
    noFace: null,
  };
}

const models = [{ id: 'xray', version: '1', sha256: 'b'.repeat(64), task: 'forgery' }];
const judged = sampleVerdict();
const rejected = sampleVerdict({ verdict: 'rejected', probability: null, method: { ...judged.method, models: [] } });
const named = sampleVerdict({ method: { ...judged.method, models } });

describe('eval.json', () => {
  it.each([
    ['both labels', (i: number) => i === 0],
    ['real items only', () => false],
    ['fakes only', () => true],
  ])('holds to its schema with %s', (_, isFake) => {
    const document = evalDocument(resultsOf([rejected, named], isFake));
    expect(EvalDocument.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    expect(document.models).toEqual(models);
    expect(document.items.map(({ probability }) => probability)).toEqual([null, 0.934]);
  });

  it('refuses NaN and what is not described', () => {
    const results = resultsOf([judged, judged], (i) => i === 0);
    results.result.pooled.auc.value = NaN;
    expect(() => evalDocument(results)).toThrow(/auc/);
    const more = resultsOf([judged, judged], (i) => i === 0);
    expect(() => evalDocument({ ...more, result: { ...more.result, extra: 1 } as never })).toThrow(/extra/);
  });
});
