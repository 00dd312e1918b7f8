import { ModelEntry } from '@assay/contracts';
import { ModelError } from '../models/model-error';
import { cropMargins, cropSize } from './crop-task';
import { detectFaces } from './detect-task';
import { tensorDims } from './image-to-tensor';
import { ModelTrial, SharedPicture } from './messages';
import { scoreFace } from './score-task';
import { Model, runModel } from './sessions';

/** Timed inferences; the median of a few is enough to tell 3 ms from 300. */
const timedRuns = 5;

/** Of a face detector that takes any size; pictures of a video are wider than high. */
const widthToHeight = 16 / 9;
const defaultLongSide = 640;
const defaultMultipleOf = 32;

/** Faces are counted and not measured: an untrained detector sees hundreds. */
const detectLimits = { minSizePx: Infinity, maxFaces: 0 };

/**
 * Runs a model on made-up pictures (black, white, noise) through the very code that a scan uses.
 *
 * @throws ModelError where the model is not what its entry says; `run_failed` where onnxruntime cannot run it
 */
export async function tryModel(model: Model): Promise<ModelTrial> {
  const { entry } = model;
  const { width, height } = trialSize(entry);
  const count = entry.task === 'forgery-frame' && model.batch !== 1 ? cropMargins(entry).length : 1;
  const input = tensorDims(entry.input, count, width, height);
  const values = new Float32Array(count * 3 * width * height);
  const [first, milliseconds] = await runFailed(entry.id, input, async () => {
    const outputs = await runModel(model, values, input);
    return [outputs, await medianMs(() => runModel(model, values, input))] as const;
  });
  const outputs = Object.entries(first).map(([key, { dims }]) => ({ key, dims: [...dims] }));
  const trial: ModelTrial = { input, outputs, milliseconds, logits: null, facesInNoise: null };
  if (entry.task === 'forgery-frame') trial.logits = await trialLogits(model);
  if (entry.task === 'face-detector') {
    const found = await detectFaces(model, { kind: 'detect', picture: noise(width, height), ...detectLimits });
    trial.facesInNoise = found.facesSeen;
  }
  return trial;
}

async function trialLogits(model: Model): Promise<NonNullable<ModelTrial['logits']>> {
  const size = cropSize(model.entry);
  const logits = { black: NaN, white: NaN, noise: NaN };
  const pictures = { black: plain(size, size, 0), white: plain(size, size, 255), noise: noise(size, size) };
  for (const name of ['black', 'white', 'noise'] as const) {
    const { logit } = await scoreFace(model, cropMargins(model.entry).map(() => pictures[name].data)); // prettier-ignore
    logits[name] = logit;
  }
  return logits;
}

function trialSize({ input }: ModelEntry): { width: number; height: number } {
  const multiple = input.multipleOf ?? defaultMultipleOf;
  const width = input.width ?? Math.ceil((input.longSide ?? defaultLongSide) / multiple) * multiple;
  return { width, height: input.height ?? Math.ceil(width / widthToHeight / multiple) * multiple };
}

/** An error of onnxruntime's own, told as the model's. */
async function runFailed<T>(model: string, dims: number[], run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ModelError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelError('run_failed', `Model "${model}" cannot run an input of ${dims.join(' x ')}: ${reason}`, model);
  }
}

async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < timedRuns; i += 1) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(timedRuns / 2)]!;
}

function plain(width: number, height: number, level: number): SharedPicture {
  return { width, height, data: new Uint8Array(new SharedArrayBuffer(width * height * 3)).fill(level) };
}

/** The same everywhere: Knuth's multiplicative hash of the place. */
function noise(width: number, height: number): SharedPicture {
  const picture = plain(width, height, 0);
  picture.data.forEach((_, i, data) => (data[i] = Math.imul(i + 1, 2654435761) >>> 24));
  return picture;
}
