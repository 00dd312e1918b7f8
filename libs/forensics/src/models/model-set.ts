import { createHash } from 'node:crypto';
import { ModelEntry, ModelTask, Verdict } from '@assay/contracts';
import { preprocessingId } from './preprocessing';

/** How a verdict names a model. */
export type UsedModel = Verdict['method']['models'][number];

/** A checked set of models: every file was read and has the size and digest that the manifest states. */
export interface ModelSet {
  /** Folder that holds the manifest; model files are relative to it. */
  dir: string;
  entries: ModelEntry[];
  /** Hex SHA-256 over ids, versions, digests, settings and the preprocessing: equal means comparable verdicts. */
  digest: string;
  uses: UsedModel[];
}

export function createModelSet(dir: string, entries: ModelEntry[]): ModelSet {
  const sorted = [...entries].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const hash = createHash('sha256').update(preprocessingId);
  for (const { id, version, sha256, task, input, scoreThreshold, nmsIou, calibration, sentences } of sorted) {
    hash.update(JSON.stringify([id, version, sha256, task, input, scoreThreshold, nmsIou, calibration, sentences]));
  }
  return {
    dir,
    entries: sorted,
    digest: hash.digest('hex'),
    uses: sorted.map(({ id, version, sha256, task }) => ({ id, version, sha256, task })),
  };
}

/** Models are found by what they do, never by name; in the order of their ids. */
export function modelsFor(models: ModelSet, task: ModelTask): ModelEntry[] {
  return models.entries.filter((entry) => entry.task === task);
}
