import { ModelEntry } from '@assay/contracts';
import { inputWords, outputWords } from './model-words';

/** Holds: what a model is shown and what it gives are told in a line that a person can compare with the model's own code. */
describe('model words', () => {
  const entry = (part: object) => part as unknown as ModelEntry;

  it('tells size, colours, range and crop of an input', () => {
    const clip = { width: 224, height: 224, layout: 'nchw', color: 'rgb' };
    const mean = [122.77, 116.75, 104.09];
    const scale = [0.0146, 0.01501, 0.01422];
    const crop = { definition: 'face-crop-v1', margins: [1.2, 1.4], shift: [0, -0.13] };
    expect(inputWords(entry({ input: { ...clip, mean, scale, crop } }))).toBe(
      '224 x 224 RGB (nchw); values -1.79 to 2.15; face-crop-v1 at 1.2 and 1.4 face sizes, shifted by 0, -0.13 face sizes',
    );
    const free = { layout: 'nhwc', color: 'bgr', mean: [104, 117, 123], scale: [1, 1, 1], longSide: 640, multipleOf: 32 };
    expect(inputWords(entry({ input: free }))).toBe(
      'any size up to 640, multiples of 32, BGR (nhwc); values -123 to 151',
    );
  });

  it('tells how an output is read', () => {
    const outputs = (logit: object) => entry({ task: 'forgery-frame', outputs: { logit, boundary: { name: 'b' } } });
    expect(outputWords(outputs({ kind: 'probability', of: 'real' }))).toBe('probability of real; boundary');
    expect(outputWords(outputs({ kind: 'class-logits', classes: 2, manipulated: [1] }))).toBe(
      'logits of 2 classes, manipulated: 1; boundary',
    );
    expect(outputWords(entry({ task: 'face-detector', outputs: {} }))).toBe('faces, decoded as boxes');
  });
});
