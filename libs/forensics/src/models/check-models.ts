import { ModelEntry } from '@assay/contracts';
import { InferenceThread } from '../inference/inference-thread';
import type { ModelTrial } from '../inference/messages';
import { entryProblems } from './check-entry';
import { checkFiles, readManifest, setProblems } from './load-models';
import { ModelError } from './model-error';
import { createModelSet } from './model-set';

/** One model: what stops it, what may be wrong with it, and how it behaved when tried. */
export interface ModelReport {
  entry: ModelEntry;
  /** It cannot be used before these are mended. */
  problems: ModelError[];
  /** In plain words; it runs all the same. */
  hints: string[];
  /** Null where it could not be run. */
  trial: ModelTrial | null;
}

export interface ModelsReport {
  /** As in verdicts; null while there are problems. */
  digest: string | null;
  /** Of the set as a whole. */
  problems: ModelError[];
  models: ModelReport[];
}

/** Made-up pictures in which a detector may see a face or two. */
const maxFacesInNoise = 10;

/** Logits closer than this are the same number. */
const sameLogit = 1e-5;

/**
 * Looks at every model of a folder, one after the other, and goes on where one is broken: manifest, files, digests, and one inference
 * of each in a thread of its own.
 *
 * @throws ModelError when the manifest is missing or does not follow its schema
 */
export async function checkModels(dir: string): Promise<ModelsReport> {
  const { models } = await readManifest(dir);
  const reports: ModelReport[] = [];
  for (const entry of models) reports.push(await checkModel(dir, entry, models));
  const problems = setProblems(models);
  const sound = problems.length === 0 && reports.every((report) => report.problems.length === 0);
  return { digest: sound ? createModelSet(dir, models).digest : null, problems, models: reports };
}

async function checkModel(dir: string, entry: ModelEntry, all: ModelEntry[]): Promise<ModelReport> {
  const report: ModelReport = { entry, problems: entryProblems(entry), hints: entryHints(entry, all), trial: null };
  if (report.problems.length > 0) return report;
  try {
    await checkFiles(dir, entry);
    report.trial = await tryInThread(dir, entry);
    report.problems.push(...trialProblems(entry, report.trial));
    report.hints.push(...trialHints(report.trial));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    report.problems.push(error);
  }
  return report;
}

async function tryInThread(dir: string, entry: ModelEntry): Promise<ModelTrial> {
  const thread = new InferenceThread(createModelSet(dir, [entry]), 'cpu', () => undefined);
  try {
    await thread.ready;
    const { result } = await thread.run({ kind: 'try', model: entry.id });
    return result as ModelTrial;
  } finally {
    await thread.end();
  }
}

function trialProblems({ id }: ModelEntry, { logits }: ModelTrial): ModelError[] {
  if (!logits || Object.values(logits).every(Number.isFinite)) return [];
  return [new ModelError('output_invalid', `Model "${id}" gives no number for a plain or noisy picture.`, id)];
}

function trialHints({ logits, facesInNoise }: ModelTrial): string[] {
  const hints: string[] = [];
  if (logits && Math.abs(logits.black - logits.white) + Math.abs(logits.black - logits.noise) < sameLogit) {
    hints.push('It says the same of black, white and noise: look at mean and scale of its input, and at its output.');
  }
  if (facesInNoise !== null && facesInNoise > maxFacesInNoise) {
    hints.push(`It finds ${facesInNoise} faces in noise: look at scoreThreshold, colour order, mean and scale.`);
  }
  return hints;
}

function entryHints({ id, task, calibration }: ModelEntry, all: ModelEntry[]): string[] {
  const [used] = all.filter((entry) => entry.task === 'face-detector').map((entry) => entry.id).sort(); // prettier-ignore
  const hints: string[] = [];
  if (task === 'face-detector' && used !== id) hints.push(`It is not used: the face detector is "${used}", the first by id.`);
  if (task === 'forgery-frame' && !calibration) {
    hints.push('It has no calibration: its logits count half, and the probability is a guess. See docs/models.md.');
  }
  if (task !== 'face-detector' && task !== 'forgery-frame') hints.push(`Nothing uses the task "${task}" yet.`);
  return hints;
}
