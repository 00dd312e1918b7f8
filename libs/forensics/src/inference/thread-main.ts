import { parentPort, workerData } from 'node:worker_threads';
import { modelsFor, createModelSet } from '../models/model-set';
import { ModelError } from '../models/model-error';
import { cutCrops } from './crop-task';
import { detectFaces } from './detect-task';
import { FromThread, InferenceTask, TaskKind, TaskResults, ThreadSetup, ToThread } from './messages';
import { scoreFaces } from './score-task';
import { createSession, Model } from './sessions';
import { stepBack } from './step-back';
import { tryModel } from './try-task';

/** An inference thread: a set of sessions of its own, one task at a time, in the order in which they come. */
const port = parentPort;
if (!port) throw new Error('This file runs as a worker thread only.');
stepBack();

const { dir, entries, provider } = workerData as ThreadSetup;
const models = createModelSet(dir, entries);
const [detectorEntry] = modelsFor(models, 'face-detector');
const frameDetectors = modelsFor(models, 'forgery-frame');
const loaded = new Map<string, Promise<Model>>();

/** Loads each model once, when it is first needed or when the pool asks for all of them. */
function modelOf(id: string): Promise<Model> {
  const known = loaded.get(id);
  if (known) return known;
  const entry = entries.find((candidate) => candidate.id === id);
  if (!entry) return Promise.reject(new ModelError('load_failed', `No model "${id}" in this set.`, id));
  const loading = createSession(dir, entry, provider);
  loaded.set(id, loading);
  return loading;
}

async function run(task: InferenceTask): Promise<TaskResults[TaskKind]> {
  switch (task.kind) {
    case 'detect':
      if (!detectorEntry) throw new ModelError('load_failed', 'There is no face detector in this set.');
      return detectFaces(await modelOf(detectorEntry.id), task);
    case 'crop':
      return cutCrops(frameDetectors, task);
    case 'score':
      return scoreFaces(modelOf, task);
    case 'try':
      return tryModel(await modelOf(task.model));
  }
}

const send = (message: FromThread) => port.postMessage(message);

/** Errors keep their code on the way to the main thread; `model` is null where no model is at fault. */
function whatFailed(error: unknown): { message: string; code: string; model: string | null } {
  if (error instanceof ModelError) return { message: error.message, code: error.code, model: error.model };
  return { message: error instanceof Error ? error.message : String(error), code: 'load_failed', model: null };
}

async function handle(message: ToThread): Promise<void> {
  if (message.type === 'warm') {
    // Failures surface with the first task that needs the model.
    await Promise.allSettled(frameDetectors.map(({ id }) => modelOf(id)));
    return;
  }
  if (message.type === 'end') {
    // A session in the making has to be finished: see InferenceThread.end.
    await Promise.allSettled(loaded.values());
    port?.close();
    return;
  }
  const started = performance.now();
  try {
    const result = await run(message.task);
    send({ type: 'result', id: message.id, result, milliseconds: performance.now() - started });
  } catch (error) {
    send({ type: 'failed', id: message.id, ...whatFailed(error) });
  }
}

let last: Promise<void> = Promise.resolve();
port.on('message', (message: ToThread) => {
  last = last.then(() => handle(message));
});

/** The detector is wanted first and by everyone; a set that cannot be loaded shows before any work is taken. */
async function start(): Promise<void> {
  try {
    const detector = detectorEntry ? await modelOf(detectorEntry.id) : null;
    send({ type: 'ready', choice: detector?.choice ?? { provider, fallback: null } });
  } catch (error) {
    send({ type: 'unusable', ...whatFailed(error) });
  }
}
void start();
