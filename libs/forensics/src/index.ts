export { Frame } from './frame';
export { InferenceError, InferenceErrorCode } from './inference/inference-error';
export { InferencePool, PoolOptions } from './inference/pool';
export { Judgement } from './judgement';
export { EvidencePicture, JudgeContext, LookContext, LookOutcome } from './look-context';
export { loadModels } from './models/load-models';
export { ModelError, ModelErrorCode } from './models/model-error';
export { ModelSet, modelsFor } from './models/model-set';
export { preprocessingId } from './models/preprocessing';
