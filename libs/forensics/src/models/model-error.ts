export type ModelErrorCode =
  'manifest_missing' | 'manifest_invalid' | 'file_missing' | 'size_mismatch' | 'digest_mismatch' | 'load_failed';

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
