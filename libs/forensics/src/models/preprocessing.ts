/**
 * Names everything between a decoded frame and a model's input, so that two verdicts are compared only when both went
 * the same way. Raise the part that changed: `face-crop` (the crop definition), `detect` (letterbox and its resampling),
 * `select` (which crops are scored), `fuse` (how logits become probabilities).
 */
export const preprocessingId = 'face-crop-v1/detect-area-v1/select-v1/fuse-v3';
