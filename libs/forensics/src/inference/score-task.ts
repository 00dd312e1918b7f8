import { ModelEntry } from '@assay/contracts';
import { cropSize } from './crop-task';
import { imageToTensor, tensorDims } from './image-to-tensor';
import { CropScore, ModelCrops, ScoreTask } from './messages';
import { readLogits } from './read-logits';
import { Model, Output, runModel } from './sessions';
import { expectShape } from './tensor-shape';

/**
 * Scores faces one by one. The margins of a face share a batch, always all of them and nothing else: a logit must not depend
 * on what else happened to be scored at the same time.
 */
export async function scoreFaces(
  modelOf: (id: string) => Promise<Model>,
  { faces }: ScoreTask,
): Promise<CropScore[][]> {
  const scores: CropScore[][] = [];
  for (const crops of faces) {
    const row: CropScore[] = [];
    for (const { model, margins } of crops) row.push(await scoreFace(await modelOf(model), margins));
    scores.push(row);
  }
  return scores;
}

/** What a model says about one face; `margins` has one crop for each margin of its entry. */
export async function scoreFace(model: Model, margins: ModelCrops['margins']): Promise<CropScore> {
  const { entry } = model;
  // A file exported for one picture at a time gives the same numbers, only later.
  const runs = model.batch === 1 ? margins.map((margin) => [margin]) : [margins];
  const logits: number[] = [];
  const maps: Float32Array[] = [];
  const columns: number[][] = [];
  let mapSize = { width: 0, height: 0 };
  for (const crops of runs) {
    const { logit, boundary, sentences } = await runCrops(model, crops);
    if (logit) logits.push(...readLogits(model, logit, crops.length));
    if (sentences) columns.push(...rowsOf(sentences, entry, crops.length));
    if (!boundary) continue;
    mapSize = sizeOf(boundary, entry, crops.length);
    maps.push(...mapsOf(boundary, mapSize, crops.length));
  }
  return {
    model: entry.id,
    logit: mean(logits),
    boundary: maps.length > 0 ? { ...mapSize, margins: maps } : null,
    sentences: columns[0]?.map((_, column) => mean(columns.map((row) => row[column]!))) ?? null,
  };
}

/** NaN of nothing. */
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Log odds of the model's sentences, one row per crop. */
function rowsOf({ data, dims }: Output, { id, outputs, sentences = [] }: ModelEntry, count: number): number[][] {
  const wanted = [[count, 'crops'], [sentences.length, 'sentences']] as const; // prettier-ignore
  expectShape(id, `Output "${outputs['sentences']?.name}"`, dims, wanted);
  const width = sentences.length;
  return Array.from({ length: count }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}

function runCrops(model: Model, crops: ModelCrops['margins']): Promise<Record<string, Output>> {
  const { input } = model.entry;
  const size = cropSize(model.entry);
  const length = 3 * size * size;
  const values = new Float32Array(crops.length * length);
  crops.forEach((data, i) => {
    const picture = { width: size, height: size, data };
    imageToTensor(picture, input, size, size, values.subarray(i * length, (i + 1) * length));
  });
  return runModel(model, values, tensorDims(input, crops.length, size, size));
}

/** Size of a boundary map: the last two axes. */
function sizeOf({ dims }: Output, { id, outputs }: ModelEntry, count: number): { width: number; height: number } {
  const size = { width: dims.at(-1) ?? 0, height: dims.at(-2) ?? 0 };
  const tensor = `Output "${outputs['boundary']?.name}"`;
  expectShape(id, tensor, dims, [[count, 'crops'], [size.height, 'rows'], [size.width, 'columns']]); // prettier-ignore
  return size;
}

/** One map per margin, copied out of the runtime's memory. */
function mapsOf({ data }: Output, { width, height }: { width: number; height: number }, count: number): Float32Array[] {
  const area = width * height;
  return Array.from({ length: count }, (_, i) => data.slice(i * area, (i + 1) * area));
}
