import { CropScore } from '../inference/messages';
import { InferencePool } from '../inference/pool';
import { SeenFace } from './follow-faces';

/** Faces in one task: small, so that threads share the work evenly and an abort is felt soon. */
const facesPerTask = 2;

export interface ScoredFaces {
  /** Scores of each face that had crops. */
  scores: Map<SeenFace, CropScore[]>;
  scoreMs: number;
  /** Of it, what each model took, by its id. */
  scoreMsByModel: Record<string, number>;
  cropsScored: number;
}

/** Scores every face that still has its crops. */
export async function scoreFaces(
  faces: SeenFace[],
  pool: InferencePool,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<ScoredFaces> {
  const outcome: ScoredFaces = { scores: new Map(), scoreMs: 0, scoreMsByModel: {}, cropsScored: 0 };
  const chosen: { face: SeenFace; crops: Awaited<NonNullable<SeenFace['crops']>> }[] = [];
  for (const face of faces) {
    const crops = await face.crops;
    if (crops && crops.length > 0) chosen.push({ face, crops });
  }
  let done = 0;
  const tasks: Promise<void>[] = [];
  for (let start = 0; start < chosen.length; start += facesPerTask) {
    const batch = chosen.slice(start, start + facesPerTask);
    const task = async () => {
      const { value, milliseconds } = await pool.score(batch.map(({ crops }) => crops), signal); // prettier-ignore
      batch.forEach(({ face }, i) => outcome.scores.set(face, value[i] ?? []));
      outcome.scoreMs += milliseconds;
      for (const { model, milliseconds: own } of value.flat())
        outcome.scoreMsByModel[model] = (outcome.scoreMsByModel[model] ?? 0) + own;
      done += batch.length;
      onProgress(done / chosen.length);
    };
    tasks.push(task());
  }
  await Promise.all(tasks);
  outcome.cropsScored = chosen.reduce(
    (sum, { crops }) => sum + crops.reduce((n, { margins }) => n + margins.length, 0),
    0,
  );
  return outcome;
}
