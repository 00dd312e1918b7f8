import './no-telemetry';
import { ModelEntry } from '@assay/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError } from '../models/model-error';
import { headFile, readChecked, readModelFile } from '../models/read-model-file';
import { threadsPerSession } from '../models/runtime-versions';
import { tensorDims } from './image-to-tensor';
import { InferenceProvider, ProviderChoice } from './provider';
import { fitsDeclared, isFixed, shapeText } from './tensor-shape';

/** A model ready to run. `run` blocks its thread for the whole inference: never call it on a main thread. */
export interface Model {
  entry: ModelEntry;
  session: InferenceSession;
  /** Weights and bias of the linear head, where the manifest states one. */
  head: Float32Array | null;
  /** Pictures that the file takes at once; null where any number goes. */
  batch: number | null;
  choice: ProviderChoice;
}

/**
 * One thread per session: the pool gives the parallelism, and the same thread count everywhere gives the same numbers.
 * A spinning intra-op thread would burn a core between frames.
 */
const sessionOptions = {
  intraOpNumThreads: threadsPerSession,
  interOpNumThreads: threadsPerSession,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // With a pattern, the second run of each input size takes one block for all that the first took piece by piece, and keeps both:
  // 66 MB in each thread with our models, for no time that could be measured. The numbers are the same.
  enableMemPattern: false,
  // Errors only: warnings about a model's graph are for its maker, not for the log of a worker.
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
} satisfies InferenceSession.SessionOptions;

/**
 * The one place where sessions are made, from bytes that were checked against the manifest.
 *
 * @throws ModelError when the file is not the manifest's, not a model, or has other inputs or outputs than stated
 */
export async function createSession(dir: string, entry: ModelEntry, wished: InferenceProvider): Promise<Model> {
  const bytes = await readModelFile(dir, entry);
  const { session, choice } = await openSession(bytes, entry.id, wished);
  const missing = [
    ...(session.inputNames.includes(entry.input.name) ? [] : [entry.input.name]),
    ...Object.values(entry.outputs).flatMap(({ name }) => (session.outputNames.includes(name) ? [] : [name])),
  ];
  if (missing.length > 0) {
    const has = `inputs: ${session.inputNames.join(', ')}; outputs: ${session.outputNames.join(', ')}`;
    const message = `Model "${entry.id}" lacks what its manifest entry names: ${missing.join(', ')} (it has ${has}).`;
    throw new ModelError('load_failed', message, entry.id);
  }
  const [first] = declaredShape(session, entry);
  const model = { entry, session, head: await readHead(dir, entry), batch: isFixed(first) ? first : null, choice };
  const { width, height } = entry.input;
  if (width && height) checkInput(model, tensorDims(entry.input, model.batch ?? 1, width, height));
  return model;
}

/** Why this thread cannot have the provider that was wished for: tried once, not for every model. */
let unavailable: string | null = null;

/** On the wished provider; on the CPU where that cannot be had, be it for want of a card, a driver or a library. */
async function openSession(
  bytes: Uint8Array,
  id: string,
  wished: InferenceProvider,
): Promise<{ session: InferenceSession; choice: ProviderChoice }> {
  let fallback = wished === 'cpu' ? null : unavailable;
  if (wished !== 'cpu' && fallback === null) {
    try {
      const session = await InferenceSession.create(bytes, { ...sessionOptions, executionProviders: [wished, 'cpu'] });
      return { session, choice: { provider: wished, fallback } };
    } catch (error) {
      fallback = error instanceof Error ? error.message : String(error);
    }
  }
  try {
    const session = await InferenceSession.create(bytes, { ...sessionOptions, executionProviders: ['cpu'] });
    unavailable = fallback;
    return { session, choice: { provider: 'cpu', fallback } };
  } catch {
    throw new ModelError('load_failed', `Model "${id}" cannot be loaded by onnxruntime.`, id);
  }
}

/** Sizes that the file states for its input, names standing for any; empty where it states none. */
function declaredShape(session: InferenceSession, { id, input }: ModelEntry): readonly (number | string)[] {
  const declared = session.inputMetadata.find(({ name }) => name === input.name);
  if (!declared?.isTensor) return [];
  if (declared.type !== 'float32') {
    const message = `Input "${input.name}" of model "${id}" takes ${declared.type}; wanted float32.`;
    throw new ModelError('shape_mismatch', message, id);
  }
  return declared.shape;
}

function checkInput({ entry, session }: Pick<Model, 'entry' | 'session'>, dims: readonly number[]): void {
  const declared = declaredShape(session, entry);
  if (fitsDeclared(dims, declared)) return;
  const { name, layout } = entry.input;
  const message = `Input "${name}" of model "${entry.id}" takes ${shapeText(declared)}; the manifest (${layout}) would give it ${shapeText(dims)}.`;
  throw new ModelError('shape_mismatch', message, entry.id);
}

/** Inline, or out of a file of its own: little-endian float32, the bias last. */
async function readHead(dir: string, entry: ModelEntry): Promise<Float32Array | null> {
  const { logit } = entry.outputs;
  if (logit?.kind !== 'linear-head') return null;
  const file = headFile(entry);
  if (!file) return 'weights' in logit.head ? Float32Array.from([...logit.head.weights, logit.head.bias]) : null;
  const bytes = await readChecked(dir, file, entry.id);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}

/** A model's output: values row by row with their shape. */
export interface Output {
  data: Float32Array;
  dims: readonly number[];
}

/**
 * The one place where sessions run.
 *
 * @param values pictures prepared by `image-to-tensor.ts`, in the dimensions `dims`
 * @returns outputs by their key in the manifest (`scores`, `logit` ...)
 * @throws ModelError `shape_mismatch` when the model takes other dimensions, or gives other than float32
 */
export async function runModel(
  model: Pick<Model, 'entry' | 'session'>,
  values: Float32Array,
  dims: readonly number[],
): Promise<Record<string, Output>> {
  const { entry, session } = model;
  checkInput(model, dims);
  const keys = Object.entries(entry.outputs).flatMap(([key, output]) => (output ? [{ key, name: output.name }] : []));
  const fetched = await session.run(
    { [entry.input.name]: new Tensor('float32', values, dims) },
    keys.map(({ name }) => name),
  );
  const outputs: Record<string, Output> = {};
  for (const { key, name } of keys) {
    const tensor = fetched[name];
    if (!tensor || !(tensor.data instanceof Float32Array)) {
      const message = `Output "${name}" of model "${entry.id}" is ${tensor?.type ?? 'missing'}; wanted float32.`;
      throw new ModelError('shape_mismatch', message, entry.id);
    }
    outputs[key] = { data: tensor.data, dims: tensor.dims };
  }
  return outputs;
}
