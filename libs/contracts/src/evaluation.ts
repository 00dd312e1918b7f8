import { z } from 'zod';
import { Sha256 } from './ids';
import { ModelUse } from './look';
import { Policy } from './policy';
import { VerdictLabel } from './verdict-label';

const Share = z.number().min(0).max(1);
const Count = z.number().int().nonnegative();

/** A figure with its 95 % interval. Null: not defined there (an AUC without fakes), or too few groups for an interval. */
export const EvalFigure = z.strictObject({
  value: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
});
export type EvalFigure = z.infer<typeof EvalFigure>;

const figures = <const Name extends string>(...names: Name[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, EvalFigure])) as Record<Name, typeof EvalFigure>);

const FrameStatistics = figures('auc', 'averagePrecision', 'equalErrorRate');

/** Judged frames one by one: each has the label of its item and the highest probability among its faces. */
export const EvalFrames = z.strictObject({
  frames: Count,
  /** Items with a judged frame. */
  clips: Count,
  pooled: FrameStatistics,
  /** Frames of each family's fakes against those of all real rows. */
  families: z.array(z.strictObject({ family: z.string(), frames: Count, figures: FrameStatistics })),
});

/** Figures that two answers to the same items are compared by: differences, the later minus the earlier one. */
const Differences = figures(
  'auc',
  'pairsRight',
  'falseAlarmRate',
  'missRate',
  'expectedCalibrationError',
  'brierScore',
);

/** What a run changes against an earlier one, on the rows of both. */
export const EvalComparison = z.strictObject({
  earlier: z.strictObject({ createdAt: z.iso.datetime(), modelSet: z.string() }),
  rows: Count,
  onlyHere: Count,
  onlyEarlier: Count,
  pooled: Differences,
  families: z.array(
    z.strictObject({ family: z.string(), fakes: Count, figures: figures('auc', 'pairsRight', 'missRate') }),
  ),
});

/** How the verdicts treat the values of one column. */
export const EvalSlices = z.strictObject({
  column: z.string(),
  /** Values with these rates; null where no value has real rows. */
  smallestFalseAlarmRate: z.string().nullable(),
  largestFalseAlarmRate: z.string().nullable(),
  values: z.array(
    z.strictObject({
      value: z.string(),
      reals: Count,
      fakes: Count,
      figures: figures('falseAlarmRate', 'missRate', 'auc'),
      /** The value's false-alarm rate minus that of either end. */
      falseAlarmGaps: figures('toSmallest', 'toLargest'),
    }),
  ),
});

const GridFigures = figures('auc', 'falseAlarmRate', 'missRate');

/** What perturbations of the clips change. */
export const EvalGrid = z.strictObject({
  /** Perturbed, each in every cell. */
  items: Count,
  /** Left out: perturbations are for video. */
  stills: Count,
  /** The items as they are. */
  unperturbed: GridFigures,
  /** Encoded again by the same encoder, and nothing else. */
  control: GridFigures,
  /** Control minus unperturbed: what the encoder does by itself. */
  controlChanges: GridFigures,
  /** Share of items whose 90 % interval, as they are, holds the probability that the control gets. */
  controlCoverage: EvalFigure,
  /** AUC of the control minus that of compression at level 5; null where that cell was not asked for. */
  compressionDrop: EvalFigure.nullable(),
  cells: z.array(
    z.strictObject({
      kind: z.enum(['saturation', 'contrast', 'blocks', 'noise', 'blur', 'pixelation', 'compression']),
      /** 1 is the mildest. */
      level: z.number().int().min(1).max(5),
      /** The level's number in the unit of its kind. */
      amount: z.number(),
      figures: GridFigures,
      /** Perturbed minus unperturbed. */
      changes: GridFigures,
      /** Perturbed minus control. */
      changesFromControl: GridFigures,
      /** As `controlCoverage`, for this cell. */
      coverage: EvalFigure,
    }),
  ),
});

/** What attacks win that need nothing but the finished video. */
export const EvalAttacks = z.strictObject({
  items: Count,
  stills: Count,
  /** All encoded again and nothing else. */
  control: figures('auc', 'detectionRate', 'missRate', 'falseAlarmRate'),
  attacks: z.array(
    z.strictObject({
      name: z.string(),
      /** Fakes of the control that were called manipulated. */
      caught: Count,
      /** Share of those that no longer are. */
      success: EvalFigure,
      /** Fakes attacked, real rows those of the control. */
      figures: figures('auc', 'detectionRate', 'missRate'),
      /** That minus the control. */
      changes: figures('auc', 'detectionRate', 'missRate'),
      /** Fakes and real rows altered alike. */
      everyone: z.strictObject({
        figures: figures('auc', 'falseAlarmRate'),
        changes: figures('auc', 'falseAlarmRate'),
      }),
    }),
  ),
});

const UploadFigures = figures('auc', 'falseAlarmRate', 'detectionRate', 'inconclusiveRate');

/** What is said of the same items after what platforms and people do to videos without meaning to hide anything. */
export const EvalUploads = z.strictObject({
  items: Count,
  stills: Count,
  /** Share of copies whose probability lies in the 90 % interval of the item as it is. */
  coverage: EvalFigure,
  /** Share of items with two firm verdicts against each other among the file and its copies. */
  contradicted: EvalFigure,
  unaltered: UploadFigures,
  uploads: z.array(
    z.strictObject({
      name: z.string(),
      figures: UploadFigures,
      /** That minus the items as they are. */
      changes: UploadFigures,
      /** Share of items that keep their verdict. */
      held: EvalFigure,
      coverage: EvalFigure,
    }),
  ),
});

/** Rows that are labelled `no_face`: in no other figure. Shares are of all of them. */
export const EvalNoFace = z.strictObject({
  items: Count,
  figures: figures('foundRate', 'judgedRate', 'flaggedRate'),
  /** Where a face was found, the highest probability first; `faces` is 0 where they were only too small. */
  found: z.array(
    z.strictObject({ id: z.string(), faces: Count, verdict: VerdictLabel, probability: Share.nullable() }),
  ),
});

/** One row of the CSV and what was said of it. */
export const EvalItemResult = z.strictObject({
  /** `file` as in the CSV, and `#region` when it is a part. */
  id: z.string(),
  fake: z.boolean(),
  family: z.string(),
  group: z.string(),
  verdict: VerdictLabel,
  /** Null: abstained or rejected, counted as one half. */
  probability: Share.nullable(),
});

/**
 * `eval.json`, what `assay eval` writes. Strict: what is not described here is not written. What each figure means, and
 * the paper that it follows, is in docs/evaluation.md.
 */
export const EvalDocument = z.strictObject({
  schema: z.literal('assay.eval/1'),
  createdAt: z.iso.datetime(),
  settings: z.strictObject({
    seed: Count,
    resamples: Count,
    realsPerFake: z.number().positive(),
    policy: Policy.shape.id,
    thresholds: Policy.shape.thresholds,
    /** What was chosen of what; null where it was not asked for. */
    source: z.strictObject({
      layout: z.string().nullable(),
      compression: z.string().nullable(),
      split: z.string().nullable(),
      perFamily: Count.nullable(),
      limit: Count.nullable(),
    }),
  }),
  models: z.array(ModelUse),
  /** Digest of models and preprocessing, as in the verdict. */
  modelSet: Sha256,
  pooled: figures(
    'auc',
    'withinGroupAuc',
    'averagePrecision',
    'equalErrorRate',
    'pairsRight',
    'accuracy',
    'accuracyDecided',
    'falseAlarmRate',
    'detectionRate',
    'missRate',
    'expectedCalibrationError',
    'brierScore',
    'areaUnderRisk',
    'inconclusiveRate',
    'abstainedRate',
    'precisionAtPrevalence',
  ),
  /** Each family's fakes against all real rows. */
  families: z.array(
    z.strictObject({ family: z.string(), fakes: Count, figures: figures('auc', 'withinGroupAuc', 'missRate') }),
  ),
  frames: EvalFrames,
  /** Highest score first; empty where real rows or fakes are missing. */
  roc: z.array(z.strictObject({ falseAlarmRate: Share, hitRate: Share, score: Share.nullable() })),
  reliability: z.array(
    z.strictObject({
      from: Share,
      to: Share,
      count: Count,
      meanProbability: Share.nullable(),
      shareFake: Share.nullable(),
    }),
  ),
  /** What the calibration error of perfectly calibrated answers would be, 95 of 100 times below `upper`; absent in older runs. */
  calibrationByChance: z.strictObject({ mean: Share, upper: Share }).nullable().optional(),
  coverageRisk: z.array(z.strictObject({ coverage: Share, risk: Share })),
  /** Null without `--compare`. */
  comparison: EvalComparison.nullable(),
  /** One for each `--slice`. */
  slices: z.array(EvalSlices),
  /** Null without `--perturb`. */
  grid: EvalGrid.nullable(),
  /** Null without `--attack`. */
  attacks: EvalAttacks.nullable(),
  /** Null without `--uploads`, absent in older runs. */
  uploads: EvalUploads.nullable().optional(),
  /** Null without rows labelled `no_face`. */
  noFace: EvalNoFace.nullable(),
  /** In the order of the input, those labelled `no_face` left out. */
  items: z.array(EvalItemResult),
});
export type EvalDocument = z.infer<typeof EvalDocument>;
