/**
 * - `manifest_missing`, `manifest_invalid`: there is no manifest, or it does not say what the pipeline needs
 * - `file_missing`, `size_mismatch`, `digest_mismatch`: a file is not the one that the manifest names
 * - `load_failed`: onnxruntime cannot load the file, or it lacks an input or output that the manifest names
 * - `run_failed`: onnxruntime loads it, but fails on an input of the stated shape
 * - `shape_mismatch`: a tensor has another shape or type than the manifest states
 * - `output_invalid`: the values are not what the stated kind of output can be (a "probability" of 3.2)
 */
export type ModelErrorCode =
  | 'manifest_missing'
  | 'manifest_invalid'
  | 'file_missing'
  | 'size_mismatch'
  | 'digest_mismatch'
  | 'load_failed'
  | 'run_failed'
  | 'shape_mismatch'
  | 'output_invalid';

/** Why a set of models cannot be used. An operator's error: nothing about the media makes it better or worse. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    /** Id of the model concerned; null when it is the manifest. */
    readonly model: string | null = null,
  ) {
    super(message);
  }
}
