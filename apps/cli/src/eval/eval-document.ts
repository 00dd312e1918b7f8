import { EvalDocument, type Policy, type Verdict } from '@assay/contracts';
import type { BootstrapSettings } from '@assay/evaluation';
import type { Comparison } from './compare-runs';
import type { evaluate } from './evaluate';
import type { FrameFigures } from './evaluate-frames';
import type { Grid } from './evaluate-grid';
import type { EvalItem } from './read-csv';
import type { Slices } from './slices';

export interface EvalResults {
  items: readonly EvalItem[];
  verdicts: readonly Verdict[];
  policy: Policy;
  modelSet: string;
  settings: BootstrapSettings & { realsPerFake: number };
  result: ReturnType<typeof evaluate>;
  frames: FrameFigures;
  comparison: Comparison | null;
  slices: readonly Slices[];
  grid: Grid | null;
}

/**
 * Puts a run together as `eval.json` has it.
 *
 * @throws ZodError when it is not what `assay.eval/1` says: a fault of this program
 */
export function evalDocument({ items, verdicts, policy, modelSet, settings, ...figures }: EvalResults): EvalDocument {
  const { result, frames, comparison, slices, grid } = figures;
  return EvalDocument.parse({
    schema: 'assay.eval/1',
    createdAt: new Date().toISOString(),
    settings: { ...settings, thresholds: policy.thresholds, policy: policy.id },
    models: modelsOf(verdicts),
    modelSet,
    ...result,
    frames,
    comparison,
    slices,
    grid,
    items: items.map(({ id, fake, family, group }, i) => {
      const { verdict, probability } = verdicts[i]!;
      return { id, fake, family, group, verdict, probability };
    }),
  });
}

/** A rejected item used none, so the first verdict may not name them. */
export const modelsOf = (verdicts: readonly Verdict[]): Verdict['method']['models'] =>
  verdicts.find(({ method }) => method.models.length > 0)?.method.models ?? [];
