// Merges models/*/manifest-entry.json into models/manifest.json after checking size and SHA-256 of every model file.
// Run after training or adding a model: npm run models:manifest
import console from 'node:console';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const models = join(fileURLToPath(new URL('..', import.meta.url)), 'models');

/**
 * What the pipeline calls an output, by task; a trainer may key its outputs as it likes as long as the names are these. Outputs of
 * one stride have it behind them: scores-8. Which of them a model with a decoder needs, `assay models check` says.
 */
const roles = {
  'face-detector': ['scores', 'boxes', 'landmarks', 'class', 'objectness'],
  'forgery-frame': ['logit', 'boundary', 'mask', 'occlusion', 'outOfDomain', 'sentences'],
};
const required = { 'face-detector': ['scores', 'boxes', 'landmarks'], 'forgery-frame': ['logit'] };

/** Fields of an entry, in the order in which they are written; anything else stays in the model's own folder. */
const fields = [
  ...['id', 'version', 'task', 'file', 'sha256', 'bytes', 'opset', 'input', 'outputs', 'decoder'],
  ...['scoreThreshold', 'nmsIou'],
  ...['calibration', 'sentences', 'licence', 'trainingData', 'card'],
];

const entries = readdirSync(models, { withFileTypes: true })
  .filter((folder) => folder.isDirectory() && existsSync(join(models, folder.name, 'manifest-entry.json')))
  .map(({ name }) => checkedEntry(name))
  .sort((a, b) => (a.id < b.id ? -1 : 1));
const ids = entries.map(({ id }) => id);
if (entries.length === 0) fail('no models/*/manifest-entry.json');
if (new Set(ids).size !== ids.length) fail(`the same id twice: ${ids.join(', ')}`);

const manifest = { schema: 'assay.models/1', models: entries };
writeFileSync(join(models, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const { id, version, task, bytes, sha256 } of entries) {
  console.log(`${id} ${version}  ${task}  ${bytes} bytes  ${sha256.slice(0, 12)}`);
}

function checkedEntry(folder) {
  const raw = JSON.parse(readFileSync(join(models, folder, 'manifest-entry.json'), 'utf8'));
  const file = located(folder, raw.file);
  if (!file) fail(`${folder}: there is no model file ${raw.file}`);
  checkFile(folder, { ...raw, file });
  const card = located(folder, raw.card ?? 'CARD.md');
  if (!card) console.warn(`${folder}: the model card ${raw.card ?? 'CARD.md'} is not there yet`);
  const entry = { ...raw, file, card: card ?? `${folder}/CARD.md`, outputs: outputsByRole(folder, raw) };
  return Object.fromEntries(fields.filter((field) => entry[field] !== undefined).map((field) => [field, entry[field]]));
}

function checkFile(folder, { file, bytes: size, sha256 }) {
  const bytes = readFileSync(join(models, file));
  if (bytes.length !== size) fail(`${folder}: ${file} has ${bytes.length} bytes, the entry says ${size}`);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== sha256) fail(`${folder}: SHA-256 of ${file} is ${digest}, the entry says ${sha256}`);
}

/** Path of a file relative to models/, given relative to models/, to the model's folder or to the repository. */
function located(folder, file) {
  const candidates = [join(models, folder, file), join(models, file), join(models, '..', file)];
  const found = candidates.find((candidate) => existsSync(candidate));
  return found ? relative(models, found) : null;
}

/** Outputs keyed by role; a value may be just the ONNX name. */
function outputsByRole(folder, { task, outputs, decoder }) {
  const byRole = {};
  for (const [key, value] of Object.entries(outputs)) {
    const output = typeof value === 'string' ? { name: value, kind: key } : value;
    const role = [key, output.kind, output.name].find((name) => roles[task]?.includes(name?.replace(/-\d+$/, '')));
    if (!role) fail(`${folder}: output "${key}" is none of ${(roles[task] ?? []).join(', ')}`);
    byRole[role] = output.head?.file ? { ...output, head: checkedHead(folder, output.head) } : output;
  }
  const missing = (decoder ? [] : (required[task] ?? [])).filter((role) => !byRole[role]);
  if (missing.length > 0) fail(`${folder}: the entry names no output for ${missing.join(', ')}`);
  return byRole;
}

/** A linear head in a file of its own. */
function checkedHead(folder, head) {
  const file = located(folder, head.file);
  if (!file) fail(`${folder}: there is no head file ${head.file}`);
  checkFile(folder, { ...head, file });
  return { ...head, file };
}

function fail(message) {
  console.error(`models/manifest.json was not written. ${message}`);
  process.exit(1);
}
