import { z } from 'zod';
import { ContentCredentials, ContentCredentialsStatus, CredentialsNotChecked } from './content-credentials';
import { MediaId, ScanId } from './ids';
import { KnownMediaFindings, Revision } from './known';
import { Box, FaceQuality, ModelUse } from './look';
import { SentenceLevel } from './manifest';
import { FrameBudget } from './policy';
import { MediaKind, Probe } from './probe';
import { Rejection } from './rejection';
import { VerdictLabel } from './verdict-label';

export const ReasonCode = z.enum([
  // what was seen
  'blending_boundary',
  'forged_face',
  'brief_forgery',
  'generator_framing',
  'no_forgery_signs',
  'some_faces_not_judged',
  'some_frames_not_judged',
  'faces_taken_together',
  // why no firm answer is given
  'between_thresholds',
  'no_face',
  'faces_too_small',
  'faces_blurred',
  'faces_extreme_pose',
  'faces_occluded',
  'out_of_domain',
  'bad_exposure',
  'too_few_frames',
  'frames_disagree',
  'detectors_disagree',
  'partly_unreadable',
  'generation_not_excluded',
  // what would help
  'better_copy',
  // why nothing was looked at
  'rejected',
]);
export type ReasonCode = z.infer<typeof ReasonCode>;

export const Reason = z.object({
  code: ReasonCode,
  /** Plain language, one or two sentences: what was seen, where, when. */
  text: z.string(),
  track: z.number().int().nullable(),
  atSeconds: z.number().nullable(),
});
export type Reason = z.infer<typeof Reason>;

const Probability = z.number().min(0).max(1);
/**
 * Holds nine of ten probabilities that the same footage is given, seen in other frames or come another way (another encode, smaller, cropped);
 * the calibration's own error is part of it. Measured on videos: of a still a rough range.
 */
const Interval = z.tuple([Probability, Probability]);

export const VerdictTrack = z.object({
  index: z.number().int().nonnegative(),
  startSeconds: z.number(),
  endSeconds: z.number(),
  shots: z.array(z.number().int()),
  framesSeen: z.number().int(),
  framesScored: z.number().int(),
  /** Null: this face abstains, and `abstention` says why. */
  probability: Probability.nullable(),
  interval: Interval.nullable(),
  abstention: ReasonCode.nullable(),
  /** Mean logit by model id. */
  scores: z.record(z.string(), z.number()),
  /**
   * Stills cut as generators of portraits cut theirs: how far the picture's corners are from where that cut puts them, in
   * picture sides. Null where the framing tells nothing.
   */
  framingDeviation: z.number().nonnegative().nullable().default(null),
  /** What the face reads like in words, most probable first: descriptions that a model scored, over all frames judged. */
  descriptions: z
    .array(z.object({ key: z.string(), level: SentenceLevel, text: z.string(), probability: Probability }))
    .default([]),
  quality: FaceQuality,
  /** Share of the inner face (brows to lips), 0..1, that something before it hides, mean over the frames that were looked at; null where no model tells. */
  occlusion: z.number().min(0).max(1).nullable().default(null),
  /** How unlike pictures that the detectors learned from this face is, 0..1, mean over the frames that were looked at; null where no model tells. */
  outOfDomain: z.number().min(0).max(1).nullable().default(null),
  /** Every observation: where the face was and what it scored. `logit` is null where it was not scored. */
  observations: z.array(z.object({ seconds: z.number(), box: Box, logit: z.number().nullable(), weight: z.number() })),
  /** The frames that weigh most, best first. Keys are artefact names under the scan. */
  evidence: z.array(
    z.object({
      seconds: z.number(),
      box: Box,
      /** Of this frame alone; null where the face is shown though it was not judged in it, to see why. */
      probability: Probability.nullable(),
      crop: z.string(),
      overlay: z.string().nullable(),
    }),
  ),
});
export type VerdictTrack = z.infer<typeof VerdictTrack>;

export const Verdict = z.object({
  schema: z.literal('assay.verdict/1'),
  /** Made up by a service in mock mode: nothing was looked at. Absent in every real verdict. */
  mock: z.literal(true).optional(),
  scan: ScanId,
  media: MediaId.nullable(),
  /** Name as the caller gave it; for people, never trusted. */
  file: z.string().nullable(),
  createdAt: z.iso.datetime(),
  verdict: VerdictLabel,
  probability: Probability.nullable(),
  interval: Interval.nullable(),
  /** What the probability means where this share of items is forged (Bayes); null where there is none. */
  atPrevalence: z.object({ prevalence: Probability, probability: Probability }).nullable().default(null),
  thresholds: z.object({ manipulated: Probability, authentic: Probability }),
  policy: z.object({ id: z.string(), version: z.number().int() }),
  reasons: z.array(Reason).min(1),
  rejection: Rejection.nullable(),
  kind: MediaKind.nullable(),
  durationSeconds: z.number().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  tracks: z.array(VerdictTrack),
  /** Highest face probability at each looked-at moment; null where no face could be judged. */
  timeline: z.array(z.object({ seconds: z.number(), probability: Probability.nullable(), faces: z.number().int() })),
  cutsSeconds: z.array(z.number()),
  /** Artefact name of the timeline plot (SVG); null when there is nothing to plot. */
  timelinePlot: z.string().nullable(),
  provenance: z.object({
    container: Probe.nullable(),
    /** Signals like all of this: they do not move the probability. `not_checked` is not `absent`. */
    contentCredentials: ContentCredentialsStatus,
    /** Null unless `not_checked`, and also there where nobody tried. */
    contentCredentialsNotChecked: CredentialsNotChecked.nullable().default(null),
    credentials: ContentCredentials.nullable().default(null),
    /** Of verdicts from before there was `knownMedia`; not written any more. */
    knownMedia: z.enum(['not_checked', 'none', 'match']).optional(),
  }),
  /** What was known about it before; null where that was not looked up. The measurement above is never changed by it. */
  knownMedia: KnownMediaFindings.nullable().default(null),
  /** Absent: as it was published first. */
  revision: Revision.optional(),
  method: z.object({
    contentSha256: MediaId.nullable(),
    assay: z.string(),
    tools: z.record(z.string(), z.string()),
    models: z.array(ModelUse),
    /** Digest over all model digests and preprocessing: what has to be equal for two scans to be comparable. */
    modelSet: z.string(),
    preprocessing: z.string(),
    threadsPerSession: z.number().int(),
    framesSeconds: z.array(z.number()),
    /** How many frames were asked for; absent = as many as the policy gives. */
    frameBudget: FrameBudget.optional(),
  }),
  /** Wall milliseconds; the only part beside ids and times that differs between two runs. */
  cost: z.object({
    totalMs: z.number(),
    decodeMs: z.number(),
    detectMs: z.number(),
    scoreMs: z.number(),
    frames: z.number().int(),
    cropsScored: z.number().int(),
  }),
});
export type Verdict = z.infer<typeof Verdict>;

/**
 * Keys that may differ between two runs over the same bytes with the same models and policy. What is known of media is no
 * measurement: it differs by place and day.
 */
export const volatileVerdictKeys = ['scan', 'createdAt', 'cost', 'knownMedia', 'revision'] as const;
