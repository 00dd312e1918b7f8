import { EvalDocument, type Policy, type Verdict } from '@assay/contracts';
import type { BootstrapSettings } from '@assay/evaluation';
import type { Comparison } from './compare-runs';
import type { evaluate } from './evaluate';
import type { Attacks } from './evaluate-attacks';
import type { FrameFigures } from './evaluate-frames';
import type { Grid } from './evaluate-grid';
import type { Uploads } from './evaluate-uploads';
import type { NoFace } from './evaluate-no-face';
import type { EvalItem } from './read-csv';
import type { Slices } from './slices';

export interface EvalResults {
  items: readonly EvalItem[];
  verdicts: readonly Verdict[];
  /** Also of what is neither real nor fake: the models are known from them. */
  usedModels: readonly Verdict[];
  policy: Policy;
  modelSet: string;
  settings: BootstrapSettings & Pick<EvalDocument['settings'], 'realsPerFake' | 'source'>;
  result: ReturnType<typeof evaluate>;
  frames: FrameFigures;
  comparison: Comparison | null;
  slices: readonly Slices[];
  grid: Grid | null;
  attacks: Attacks | null;
  uploads: Uploads | null;
  noFace: NoFace | null;
}

/**
 * Puts a run together as `eval.json` has it.
 *
 * @throws ZodError when it is not what `assay.eval/1` says: a fault of this program
 */
export function evalDocument({
  items,
  verdicts,
  usedModels,
  policy,
  modelSet,
  settings,
  ...figures
}: EvalResults): EvalDocument {
  const { result, ...rest } = figures;
  return EvalDocument.parse({
    schema: 'assay.eval/1',
    createdAt: new Date().toISOString(),
    settings: { ...settings, thresholds: policy.thresholds, policy: policy.id },
    models: modelsOf(usedModels),
    modelSet,
    ...result,
    ...rest,
    items: items.map(({ id, fake, family, group }, i) => {
      const { verdict, probability } = verdicts[i]!;
      return { id, fake, family, group, verdict, probability };
    }),
  });
}

/** A rejected item used none, so the first verdict may not name them. */
export const modelsOf = (verdicts: readonly Verdict[]): Verdict['method']['models'] =>
  verdicts.find(({ method }) => method.models.length > 0)?.method.models ?? [];
