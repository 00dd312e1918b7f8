/** Where sessions run: the processor, or an NVIDIA card with CUDA 12 and cuDNN 9 and the libraries of onnxruntime for it. */
export const inferenceProviders = ['cpu', 'cuda'] as const;
export type InferenceProvider = (typeof inferenceProviders)[number];

/** What was chosen when the first session was made. */
export interface ProviderChoice {
  provider: InferenceProvider;
  /** Why it is not the one that was wished for; null where it is. */
  fallback: string | null;
}
