import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { Manifest, ModelEntry } from '@assay/contracts';
import { ModelError } from './model-error';
import { createModelSet, ModelSet } from './model-set';
import { readModelFile, systemReason } from './read-model-file';

const manifestName = 'manifest.json';

/**
 * Reads `manifest.json` in `dir` and checks every model file against its size and SHA-256.
 *
 * @throws ModelError: manifest missing or invalid, a file missing, of another size or of another content
 */
export async function loadModels(dir: string): Promise<ModelSet> {
  const manifest = parseManifest(await readManifest(dir));
  const seen = new Set<string>();
  for (const { id, file } of manifest.models) {
    if (seen.has(id)) throw new ModelError('manifest_invalid', `Model id "${id}" is listed twice in the manifest.`, id);
    seen.add(id);
    const inside = normalize(file);
    if (isAbsolute(inside) || inside.startsWith('..')) {
      throw new ModelError('manifest_invalid', `The file of model "${id}" lies outside the models folder.`, id);
    }
  }
  if (!manifest.models.some((entry) => entry.task === 'face-detector')) {
    throw new ModelError('manifest_invalid', 'The manifest lists no model for the task "face-detector".');
  }
  manifest.models.forEach(checkUsable);
  await Promise.all(manifest.models.map((entry) => readModelFile(dir, entry)));
  return createModelSet(dir, manifest.models);
}

/** Outputs that a task cannot do without. */
const neededOutputs: Partial<Record<ModelEntry['task'], string[]>> = {
  'face-detector': ['scores', 'boxes', 'landmarks'],
  'forgery-frame': ['logit'],
};

function checkUsable({ id, task, input, outputs, sentences }: ModelEntry): void {
  const missing = (neededOutputs[task] ?? []).filter((key) => !outputs[key]);
  if (missing.length > 0) {
    throw new ModelError('manifest_invalid', `Model "${id}" states no output for: ${missing.join(', ')}.`, id);
  }
  if ((sentences === undefined) !== (outputs['sentences'] === undefined)) {
    const message = `Model "${id}" must state both an output "sentences" and what its columns say, or neither.`;
    throw new ModelError('manifest_invalid', message, id);
  }
  const square = input.width !== undefined && input.width === input.height;
  if (task === 'forgery-frame' && !(square && input.crop)) {
    const message = `Model "${id}" must state a crop and a square input: it is given face crops.`;
    throw new ModelError('manifest_invalid', message, id);
  }
}

async function readManifest(dir: string): Promise<string> {
  try {
    return await readFile(join(dir, manifestName), 'utf8');
  } catch (error) {
    throw new ModelError('manifest_missing', `There is no readable ${manifestName} in the models folder (${systemReason(error)}).`);
  }
}

function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ModelError('manifest_invalid', `${manifestName} is not JSON.`);
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown problem';
  throw new ModelError('manifest_invalid', `${manifestName} does not follow its schema (${where}).`);
}
