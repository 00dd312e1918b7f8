import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Manifest, ModelEntry } from '@assay/contracts';
import { z } from 'zod';
import { entryProblems } from './check-entry';
import { ModelError } from './model-error';
import { createModelSet, ModelSet } from './model-set';
import { modelFiles, readChecked, systemReason } from './read-model-file';

const manifestName = 'manifest.json';

/**
 * Reads `manifest.json` in `dir` and checks every model file against its size and SHA-256.
 *
 * @throws ModelError: manifest missing or invalid, a file missing, of another size or of another content
 */
export async function loadModels(dir: string): Promise<ModelSet> {
  const { models } = await readManifest(dir);
  const [problem] = [...setProblems(models), ...models.flatMap(entryProblems)];
  if (problem) throw problem;
  await Promise.all(models.map((entry) => checkFiles(dir, entry)));
  return createModelSet(dir, models);
}

/** @throws ModelError when a file of the model is not the one that its entry names */
export async function checkFiles(dir: string, entry: ModelEntry): Promise<void> {
  await Promise.all(modelFiles(entry).map((file) => readChecked(dir, file, entry.id)));
}

/** What is wrong with the models as a set; the manifest alone is looked at. */
export function setProblems(models: ModelEntry[]): ModelError[] {
  const problems: ModelError[] = [];
  const seen = new Set<string>();
  for (const { id } of models) {
    if (seen.has(id)) {
      problems.push(new ModelError('manifest_invalid', `Model id "${id}" is listed twice in the manifest.`, id));
    }
    seen.add(id);
  }
  if (!models.some(({ task }) => task === 'face-detector')) {
    const message = 'The manifest lists no model for the task "face-detector".';
    problems.push(new ModelError('manifest_invalid', message));
  }
  return problems;
}

/** @throws ModelError when the manifest is missing, is no JSON or does not follow its schema */
export async function readManifest(dir: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(dir, manifestName), 'utf8');
  } catch (error) {
    throw new ModelError('manifest_missing', `There is no readable ${manifestName} in the models folder (${systemReason(error)}).`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ModelError('manifest_invalid', `${manifestName} is not JSON.`);
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const model = issue ? idAt(json, issue.path) : null;
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown problem';
  const whose = model ? ` at model "${model}"` : '';
  throw new ModelError('manifest_invalid', `${manifestName} does not follow its schema${whose} (${where}).`, model);
}

/** People know their models by id, not by place in a list. */
function idAt(json: unknown, path: PropertyKey[]): string | null {
  const [list, index] = path;
  const lists = z.object({ models: z.array(z.object({ id: z.string() }).catch({ id: '' })) }).safeParse(json);
  if (list !== 'models' || typeof index !== 'number' || !lists.success) return null;
  return lists.data.models[index]?.id || null;
}
