import type { ModelEntry, ModelInput } from '@assay/contracts';

/** What a model is shown, in a line: size, colours, layout, range of the values, crop. */
export function inputWords({ input }: ModelEntry): string {
  const { crop, color, layout } = input;
  const parts = [`${sizeWords(input)} ${color.toUpperCase()} (${layout})`, `values ${rangeWords(input)}`];
  if (crop) {
    const shift = crop.shift ? `, shifted by ${crop.shift.join(', ')} face sizes` : '';
    parts.push(`${crop.definition} at ${crop.margins.join(' and ')} face sizes${shift}`);
  }
  return parts.join('; ');
}

function sizeWords({ width, height, longSide = 640, multipleOf = 32 }: ModelInput): string {
  return width && height ? `${width} x ${height}` : `any size up to ${longSide}, multiples of ${multipleOf},`;
}

/** Smallest and largest value that black and white become, over the channels. */
function rangeWords({ mean, scale }: ModelInput): string {
  const ends = mean.flatMap((value, i) => [-value * scale[i]!, (255 - value) * scale[i]!]);
  return `${short(Math.min(...ends))} to ${short(Math.max(...ends))}`;
}

/** Three digits, without the ones that say nothing. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** How its output becomes a logit, or faces. */
export function outputWords({ task, outputs, decoder }: ModelEntry): string {
  if (task === 'face-detector') return `faces, decoded as ${decoder?.kind ?? 'boxes'}`;
  const { logit } = outputs;
  const others = Object.keys(outputs).filter((key) => key !== 'logit');
  const words = logit ? [logitWords(logit), ...others] : others;
  return words.join('; ');
}

function logitWords(logit: NonNullable<ModelEntry['outputs']['logit']>): string {
  switch (logit.kind) {
    case 'logit':
      return `logit, positive where ${logit.positive ?? 'manipulated'}`;
    case 'probability':
      return `probability of ${logit.of}`;
    case 'class-logits':
    case 'class-probabilities': {
      const name = logit.kind === 'class-logits' ? 'logits' : 'probabilities';
      return `${name} of ${logit.classes} classes, manipulated: ${logit.manipulated.join(', ')}`;
    }
    case 'linear-head':
      return `embedding of ${logit.length}, with a linear head ${'file' in logit.head ? logit.head.file : 'in the manifest'}`;
  }
}
