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
  for (const entry of sorted) {
    const { id, version, sha256, task, input, scoreThreshold, nmsIou, calibration, sentences } = entry;
    const settings = [id, version, sha256, task, input, scoreThreshold, nmsIou, calibration, sentences];
    hash.update(JSON.stringify([...settings, ...outputSettings(entry)]));
  }
  return {
    dir,
    entries: sorted,
    digest: hash.digest('hex'),
    uses: sorted.map(({ id, version, sha256, task }) => ({ id, version, sha256, task })),
  };
}

/**
 * How outputs become numbers, where that is not the plain way: a plain logit and boxes in px add nothing, so that sets from before
 * there were others keep their digest.
 */
function outputSettings({ outputs, decoder }: ModelEntry): unknown[] {
  const { logit } = outputs;
  const plain = !logit || (logit.kind === 'logit' && (logit.positive ?? 'manipulated') === 'manipulated');
  return plain && (!decoder || decoder.kind === 'boxes') ? [] : [plain ? null : logit, decoder];
}

/** Models are found by what they do, never by name; in the order of their ids. */
export function modelsFor(models: ModelSet, task: ModelTask): ModelEntry[] {
  return models.entries.filter((entry) => entry.task === task);
}
