import { ModelEntry } from '@assay/contracts';
import { cropSize } from './crop-task';
import { CropScore, ModelCrops, ScoreTask } from './messages';
import { Model, runModel } from './sessions';

/** Scores faces one crop at a time: a logit must not depend on what else happened to share its batch. */
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
  const maps: Float32Array[] = [];
  let mapSize: { width: number; height: number } | null = null;
  let sum = 0;
  for (const crop of margins) {
    const outputs = await runModel(model, normalised(crop, model.entry), [1, 3, size, size]);
    sum += outputs['logit']?.data[0] ?? NaN;
    const boundary = outputs['boundary'];
    if (boundary) {
      mapSize = { width: boundary.dims.at(-1) ?? 0, height: boundary.dims.at(-2) ?? 0 };
      maps.push(Float32Array.from(boundary.data));
    }
  }
  return {
    model: model.entry.id,
    logit: sum / margins.length,
    boundary: mapSize ? { ...mapSize, margins: maps } : null,
  };
}

/** RGB24 to planes in the model's colour order: (value - mean) * scale. */
export function normalised(rgb: Uint8Array, { input }: Pick<ModelEntry, 'input'>): Float32Array {
  const area = rgb.length / 3;
  const values = new Float32Array(rgb.length);
  for (let plane = 0; plane < 3; plane += 1) {
    const mean = input.mean[plane]!;
    const scale = input.scale[plane]!;
    let from = input.color === 'rgb' ? plane : 2 - plane;
    for (let to = plane * area; to < (plane + 1) * area; to += 1, from += 3) values[to] = (rgb[from]! - mean) * scale;
  }
  return values;
}
