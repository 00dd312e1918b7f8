import { ModelEntry } from '@assay/contracts';
import { cropSize } from './crop-task';
import { CropScore, ModelCrops, ScoreTask } from './messages';
import { Model, Output, runModel } from './sessions';

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

async function scoreFace(model: Model, margins: ModelCrops['margins']): Promise<CropScore> {
  const size = cropSize(model.entry);
  const values = new Float32Array(margins.length * 3 * size * size);
  margins.forEach((crop, i) => normalise(crop, model.entry, values.subarray(i * crop.length, (i + 1) * crop.length)));
  const { logit, boundary, sentences } = await runModel(model, values, [margins.length, 3, size, size]);
  const logits = logit ? [...logit.data] : [];
  return {
    model: model.entry.id,
    logit: logits.reduce((sum, value) => sum + value, 0) / (logits.length === margins.length ? margins.length : NaN),
    boundary: boundary ? mapsOf(boundary, margins.length) : null,
    sentences: sentences ? columnMeans(sentences, margins.length) : null,
  };
}

function columnMeans({ data }: Output, rows: number): number[] {
  const columns = data.length / rows;
  return Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += data[row * columns + column]!;
    return sum / rows;
  });
}

/** One map per margin, copied out of the runtime's memory. */
function mapsOf({ data, dims }: Output, count: number): NonNullable<CropScore['boundary']> {
  const height = dims.at(-2) ?? 0;
  const width = dims.at(-1) ?? 0;
  const area = width * height;
  return {
    width,
    height,
    margins: Array.from({ length: count }, (_, i) => data.slice(i * area, (i + 1) * area)),
  };
}

/** RGB24 to planes in the model's colour order: (value - mean) * scale. */
export function normalise(rgb: Uint8Array, { input }: Pick<ModelEntry, 'input'>, values: Float32Array): void {
  const area = rgb.length / 3;
  for (let plane = 0; plane < 3; plane += 1) {
    const mean = input.mean[plane]!;
    const scale = input.scale[plane]!;
    let from = input.color === 'rgb' ? plane : 2 - plane;
    for (let to = plane * area; to < (plane + 1) * area; to += 1, from += 3) values[to] = (rgb[from]! - mean) * scale;
  }
}
