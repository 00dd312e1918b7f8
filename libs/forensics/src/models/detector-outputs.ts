import { FaceDecoder, ModelEntry } from '@assay/contracts';

/** Faces come as boxes and landmarks in input px where an entry names no other way. */
export function decoderOf({ decoder }: Pick<ModelEntry, 'decoder'>): FaceDecoder {
  return decoder ?? { kind: 'boxes' };
}

/** Keys of the outputs that a face detector needs, by the way in which its faces are decoded. */
export function detectorOutputs(decoder: FaceDecoder): string[] {
  switch (decoder.kind) {
    case 'boxes':
    case 'retinaface':
      return ['scores', 'boxes', 'landmarks'];
    case 'scrfd':
      return decoder.strides.flatMap((stride) => [`scores-${stride}`, `boxes-${stride}`, `landmarks-${stride}`]);
    case 'yunet':
      return decoder.strides.flatMap((stride) =>
        ['class', 'objectness', 'boxes', 'landmarks'].map((key) => `${key}-${stride}`),
      );
  }
}
