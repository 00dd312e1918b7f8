import './no-telemetry';
import { ModelEntry } from '@assay/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError } from '../models/model-error';
import { readModelFile } from '../models/read-model-file';
import { threadsPerSession } from '../models/runtime-versions';

/** A model ready to run. `run` blocks its thread for the whole inference: never call it on a main thread. */
export interface Model {
  entry: ModelEntry;
  session: InferenceSession;
}

/**
 * One thread per session: the pool gives the parallelism, and the same thread count everywhere gives the same numbers.
 * A spinning intra-op thread would burn a core between frames.
 */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: threadsPerSession,
  interOpNumThreads: threadsPerSession,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Errors only: warnings about a model's graph are for its maker, not for the log of a worker.
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/**
 * The one place where sessions are made, from bytes that were checked against the manifest.
 *
 * @throws ModelError when the file is not the manifest's, not a model, or has other inputs or outputs than stated
 */
export async function createSession(dir: string, entry: ModelEntry): Promise<Model> {
  const bytes = await readModelFile(dir, entry);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, sessionOptions);
  } catch {
    throw new ModelError('load_failed', `Model "${entry.id}" cannot be loaded by onnxruntime.`, entry.id);
  }
  const missing = [
    ...(session.inputNames.includes(entry.input.name) ? [] : [entry.input.name]),
    ...Object.values(entry.outputs).flatMap(({ name }) => (session.outputNames.includes(name) ? [] : [name])),
  ];
  if (missing.length > 0) {
    const message = `Model "${entry.id}" lacks what its manifest entry names: ${missing.join(', ')}.`;
    throw new ModelError('load_failed', message, entry.id);
  }
  return { entry, session };
}

/** A model's output: values row by row with their shape. */
export interface Output {
  data: Float32Array;
  dims: readonly number[];
}

/**
 * The one place where sessions run.
 *
 * @param values n x 3 x height x width, prepared by `image-to-tensor.ts`
 * @returns outputs by their key in the manifest (`scores`, `logit` ...)
 */
export async function runModel(
  { entry, session }: Model,
  values: Float32Array,
  dims: readonly [number, number, number, number],
): Promise<Record<string, Output>> {
  const keys = Object.entries(entry.outputs);
  const fetched = await session.run(
    { [entry.input.name]: new Tensor('float32', values, dims) },
    keys.map(([, { name }]) => name),
  );
  const outputs: Record<string, Output> = {};
  for (const [key, { name }] of keys) {
    const tensor = fetched[name];
    if (!tensor || !(tensor.data instanceof Float32Array)) {
      throw new ModelError('load_failed', `Output "${name}" of model "${entry.id}" is not float32.`, entry.id);
    }
    outputs[key] = { data: tensor.data, dims: tensor.dims };
  }
  return outputs;
}
