import { LogitOutput, ModelEntry } from '@assay/contracts';
import { readLogits, readProbabilities } from './read-logits';

/** Holds: every kind of output becomes one logit, > 0 manipulated and finite; other shapes and values are typed errors. */
describe('readLogits', () => {
  const read = (logit: LogitOutput, values: number[], dims: number[], head: number[] | null = null) => {
    const entry = { id: 'tried', outputs: { logit } } as unknown as ModelEntry;
    const output = { data: Float32Array.from(values), dims };
    return readLogits({ entry, head: head && Float32Array.from(head) }, output, dims[0]!);
  };
  const name = 'out';
  const close = (values: number[]) => values.map((value) => expect.closeTo(value, 5) as number);
  const ln3 = Math.log(3);

  it.each<[string, LogitOutput, number[], number[], number[]]>([
    ['a logit', { name, kind: 'logit' }, [1.5, -2], [2, 1], [1.5, -2]],
    ['a logit of real', { name, kind: 'logit', positive: 'real' }, [1.5, -2], [2], [-1.5, 2]],
    ['a probability of fake', { name, kind: 'probability', of: 'manipulated' }, [0.75, 0.5], [2, 1], [ln3, 0]],
    ['a probability of real', { name, kind: 'probability', of: 'real' }, [0.75], [1, 1, 1], [-ln3]],
    ['a sure probability', { name, kind: 'probability', of: 'manipulated' }, [0, 1, 1.0005], [3], [-16, 16, 16]],
    ['two logits', { name, kind: 'class-logits', classes: 2, manipulated: [1] }, [1, 3, 0, -4], [2, 2], [2, -4]],
    ['two logits, fake first', { name, kind: 'class-logits', classes: 2, manipulated: [0] }, [1, 3], [1, 2], [-2]],
    [
      'three classes, two of them fake',
      { name, kind: 'class-logits', classes: 3, manipulated: [0, 2] },
      [Math.log(2), Math.log(1), Math.log(1)],
      [1, 3],
      [ln3],
    ],
    ['large logits', { name, kind: 'class-logits', classes: 2, manipulated: [1] }, [-900, 900], [1, 2], [16]],
    ['a softmax', { name, kind: 'class-probabilities', classes: 2, manipulated: [0] }, [0.75, 0.25], [1, 2], [ln3]],
    ['a sure softmax', { name, kind: 'class-probabilities', classes: 2, manipulated: [1] }, [1, 0], [1, 2], [-16]],
  ])('reads %s', (_, spec, values, dims, wanted) => {
    expect(read(spec, values, dims)).toEqual(close(wanted));
  });

  it('applies a linear head, to embeddings as they are or of length one', () => {
    const head = { weights: [1, -2], bias: 0.5 };
    const plain = { name, kind: 'linear-head', length: 2, head } as const;
    const values = [3, 4, 0, 1];
    const weights = [...head.weights, head.bias];
    expect(read(plain, values, [2, 2], weights)).toEqual(close([-4.5, -1.5]));
    expect(read({ ...plain, normalise: true }, values, [2, 2], weights)).toEqual(close([-0.5, -1.5]));
    expect(read({ ...plain, positive: 'real' }, values, [2, 2], weights)).toEqual(close([4.5, 1.5]));
  });

  it('gives NaN where the model gives no number', () => {
    expect(read({ name, kind: 'logit' }, [NaN, Infinity, 1], [3])).toEqual([NaN, NaN, 1]);
    expect(read({ name, kind: 'probability', of: 'real' }, [NaN], [1])).toEqual([NaN]);
    expect(read({ name, kind: 'class-logits', classes: 2, manipulated: [1] }, [NaN, 1], [1, 2])).toEqual([NaN]);
  });

  it('refuses another number of classes, naming model, output, found and wanted shape', () => {
    const spec: LogitOutput = { name, kind: 'class-logits', classes: 2, manipulated: [1] };
    expect(() => read(spec, [1, 2, 3, 4, 5, 6], [2, 3])).toThrow(
      expect.objectContaining({
        code: 'shape_mismatch',
        model: 'tried',
        message: 'Output "out" of model "tried" has shape 2 x 3; wanted 2 x 2 (crops x classes).',
      }) as Error,
    );
    expect(() => read({ name, kind: 'logit' }, [1, 2], [1, 2])).toThrow('has shape 1 x 2; wanted 1 (crops)');
  });

  it('refuses logits that are called probabilities', () => {
    const refused = expect.objectContaining({ name: 'ModelError', code: 'output_invalid', model: 'tried' }) as Error;
    expect(() => read({ name, kind: 'probability', of: 'real' }, [3.2], [1])).toThrow(refused);
    const softmax: LogitOutput = { name, kind: 'class-probabilities', classes: 2, manipulated: [0] };
    expect(() => read(softmax, [0.9, 0.9], [1, 2])).toThrow(refused);
    expect(() => read(softmax, [-1, 2], [1, 2])).toThrow(refused);
  });
});

describe('readProbabilities', () => {
  const entry = { id: 'tried', outputs: { outOfDomain: { name: 'unlike' } } } as unknown as ModelEntry;
  const read = (values: number[], dims: number[]) =>
    readProbabilities(entry, 'outOfDomain', { data: Float32Array.from(values), dims }, 2);

  it('gives one for each crop, rounding errors taken off', () => {
    expect(read([0.25, 1.0005], [2, 1])).toEqual([0.25, 1]);
  });

  it('refuses other shapes, and what is no probability', () => {
    expect(() => read([0, 0, 0, 0], [2, 2])).toThrow(
      'Output "unlike" of model "tried" has shape 2 x 2; wanted 2 (crops)',
    );
    expect(() => read([0.5, 4], [2])).toThrow(
      expect.objectContaining({ code: 'output_invalid', model: 'tried' }) as Error,
    );
  });
});
