import { ModelEntry } from '@assay/contracts';
import type { Output } from '../../inference/sessions';
import { expectShape, WantedAxis } from '../../inference/tensor-shape';
import { ModelError } from '../../models/model-error';

/** Float32 rounding may carry a probability this far beyond 1. */
const tolerance = 1e-3;

/** What a face detector said about one picture, read with the shapes that its manifest entry promises. */
export class DetectorAnswer {
  constructor(
    private readonly outputs: Record<string, Output>,
    private readonly entry: ModelEntry,
    /** Of the input, px. */
    readonly width: number,
    readonly height: number,
  ) {}

  /** Anchors of one stride, when each cell has `perCell`; a cell that the picture ends in counts. */
  anchors(stride: number, perCell: number): number {
    return Math.ceil(this.width / stride) * Math.ceil(this.height / stride) * perCell;
  }

  /** @throws ModelError `shape_mismatch` when the output has another number of rows or columns */
  table(key: string, anchors: number, columns = 1): Float32Array {
    const output = this.output(key);
    const wanted: WantedAxis[] = [[anchors, 'anchors'], ...(columns > 1 ? [[columns, 'values'] as const] : [])];
    const input = `for an input of ${this.width} x ${this.height}`;
    expectShape(this.entry.id, `Output "${this.nameOf(key)}" (${key})`, output.dims, wanted, input);
    return output.data;
  }

  /** Values of an output whose number only the model knows. */
  length(key: string): number {
    return this.output(key).data.length;
  }

  /** @throws ModelError `output_invalid` when a score is no probability */
  checkScore(score: number, key: string): void {
    if (score <= 1 + tolerance) return;
    const message = `Output "${this.nameOf(key)}" (${key}) of model "${this.entry.id}" gives ${score.toPrecision(3)}; wanted probabilities: export it with its sigmoid or softmax.`;
    throw new ModelError('output_invalid', message, this.entry.id);
  }

  private output(key: string): Output {
    const output = this.outputs[key];
    if (output) return output;
    throw new ModelError('manifest_invalid', `Model "${this.entry.id}" states no output for: ${key}.`, this.entry.id);
  }

  private nameOf(key: string): string {
    return this.entry.outputs[key]?.name ?? key;
  }
}
