import { ModelEntry } from '@assay/contracts';
import { cropSize } from './crop-task';
import { imageToTensor, tensorDims } from './image-to-tensor';
import { CropScore, DrawnMaps, ModelCrops, ScoreTask } from './messages';
import { readLogits, readProbabilities } from './read-logits';
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
  const started = performance.now();
  // A file exported for one picture at a time gives the same numbers, only later.
  const runs = model.batch === 1 ? margins.map((margin) => [margin]) : [margins];
  const logits: number[] = [];
  const drawn: Record<MapKey, DrawnMaps | null> = { boundary: null, mask: null, occlusion: null };
  const columns: number[][] = [];
  const unlike: number[] = [];
  for (const crops of runs) {
    const { logit, sentences, outOfDomain, ...maps } = await runCrops(model, crops);
    if (logit) logits.push(...readLogits(model, logit, crops.length));
    if (sentences) columns.push(...rowsOf(sentences, entry, crops.length));
    if (outOfDomain) unlike.push(...readProbabilities(entry, 'outOfDomain', outOfDomain, crops.length));
    for (const key of mapKeys) {
      const output = maps[key];
      if (output) drawn[key] = withMaps(drawn[key], mapsOf(output, entry, key, crops.length));
    }
  }
  return {
    model: entry.id,
    logit: mean(logits),
    ...drawn,
    outOfDomain: unlike.length > 0 ? mean(unlike) : null,
    sentences: columns[0]?.map((_, column) => mean(columns.map((row) => row[column]!))) ?? null,
    milliseconds: performance.now() - started,
  };
}

/** Outputs with a value for each place of the crop. */
const mapKeys = ['boundary', 'mask', 'occlusion'] as const;
type MapKey = (typeof mapKeys)[number];

/** The maps of further margins behind those of the first. */
const withMaps = (before: DrawnMaps | null, maps: DrawnMaps): DrawnMaps => ({
  ...maps,
  margins: [...(before?.margins ?? []), ...maps.margins],
});

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

/** One map per crop, copied out of the runtime's memory; the last two axes are its size. */
function mapsOf({ data, dims }: Output, { id, outputs }: ModelEntry, key: MapKey, count: number): DrawnMaps {
  const [width, height] = [dims.at(-1) ?? 0, dims.at(-2) ?? 0];
  expectShape(id, `Output "${outputs[key]?.name}"`, dims, [[count, 'crops'], [height, 'rows'], [width, 'columns']]); // prettier-ignore
  const area = width * height;
  return { width, height, margins: Array.from({ length: count }, (_, i) => data.slice(i * area, (i + 1) * area)) };
}
