import { isAbsolute, normalize } from 'node:path';
import { ModelEntry } from '@assay/contracts';
import { decoderOf, detectorOutputs } from './detector-outputs';
import { ModelError } from './model-error';
import { modelFiles } from './read-model-file';

/** Values of a linear head's bias. */
const biasValues = 1;

const bytesPerValue = 4;

/**
 * What an entry that follows the schema may still lack for its task, in plain words; empty when the pipeline can use it. Looks at
 * the manifest alone.
 */
export function entryProblems(entry: ModelEntry): ModelError[] {
  const messages = [...fileProblems(entry), ...outputProblems(entry), ...inputProblems(entry)];
  return messages.map((message) => new ModelError('manifest_invalid', message, entry.id));
}

function fileProblems(entry: ModelEntry): string[] {
  return modelFiles(entry).flatMap(({ title, file }) => {
    const inside = normalize(file);
    const outside = isAbsolute(inside) || inside.startsWith('..');
    return outside ? [`${title}: its file lies outside the models folder.`] : [];
  });
}

function outputProblems({ id, task, outputs, decoder, ...entry }: ModelEntry): string[] {
  const problems: string[] = [];
  if (task !== 'face-detector' && decoder) problems.push(`Model "${id}" has a decoder, which only face detectors use.`);
  const missing = neededOutputs({ task, decoder }).filter((key) => !outputs[key]);
  if (missing.length > 0) problems.push(`Model "${id}" states no output for: ${missing.join(', ')}.`);
  if ((entry.sentences === undefined) !== (outputs['sentences'] === undefined)) {
    problems.push(`Model "${id}" must state both an output "sentences" and what its columns say, or neither.`);
  }
  const { logit } = outputs;
  if (logit?.kind === 'linear-head') {
    const { head, length } = logit;
    const values = 'file' in head ? head.bytes / bytesPerValue : head.weights.length + biasValues;
    if (values !== length + biasValues) {
      const found = `The head of model "${id}" has ${values} values`;
      problems.push(`${found}; wanted ${length} weights, as many as its embedding, and ${biasValues} bias.`);
    }
  }
  const drawn = (['boundary', 'mask', 'occlusion'] as const).find((key) => outputs[key]);
  if (drawn && (entry.input.crop?.definition === 'face-box-v1' || entry.input.crop?.shift)) {
    // The named regions of a face (jaw, brows ...) lie where the centred, aligned crop has them; pictures of evidence are cut so.
    problems.push(`Model "${id}" has an output "${drawn}", which needs crops of face-crop-v1 without a shift.`);
  }
  return problems;
}

/** Outputs that a task cannot do without. */
function neededOutputs(entry: Pick<ModelEntry, 'task' | 'decoder'>): string[] {
  if (entry.task === 'face-detector') return detectorOutputs(decoderOf(entry));
  return entry.task === 'forgery-frame' ? ['logit'] : [];
}

function inputProblems({ id, task, input }: ModelEntry): string[] {
  const { width, height, crop } = input;
  const square = width !== undefined && width === height;
  if (task === 'forgery-frame' && !(square && crop)) {
    return [`Model "${id}" must state a crop and a square input: it is given face crops.`];
  }
  if (task === 'face-detector' && (width === undefined) !== (height === undefined)) {
    return [`Model "${id}" must state both width and height of its input, or neither.`];
  }
  return [];
}
