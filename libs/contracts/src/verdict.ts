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

/**
 * What a reason is about. New codes may come: take one that you don't know for a sentence to be shown.
 *
 * What was seen:
 *
 * - `blending_boundary`: signs of a face that was blended into another picture, and where on the face
 * - `forged_face`: signs of a forgery that no region stands out for
 * - `brief_forgery`: one stretch of a face looks forged, the rest of it does not
 * - `generator_framing`: a still cut exactly as generators of portraits cut theirs
 * - `no_forgery_signs`: little that speaks for a forgery on the faces judged
 * - `some_faces_not_judged`: there are faces that the answer does not speak of
 * - `faces_taken_together`: faces seen too briefly each were judged together
 *
 * Why there is no firm answer:
 *
 * - `between_thresholds`: the score is too weak either way, or one face alone is suspicious
 * - `no_face`: no face was found, and only faces are examined
 * - `faces_too_small`, `faces_blurred`, `faces_extreme_pose`, `faces_occluded`, `bad_exposure`: what keeps the faces from being judged
 * - `out_of_domain`: unlike the pictures that the detectors learned from: filmed from a screen, printed, drawn, or no face
 * - `too_few_frames`: no face could be judged in enough frames
 * - `frames_disagree`, `detectors_disagree`: they say different things
 * - `partly_unreadable`: part of the file was not seen
 * - `generation_not_excluded`: one picture, or the same one throughout a video, which may have been generated as a whole
 *
 * What would help, and why nothing was looked at:
 *
 * - `better_copy`: a copy nearer to the source may give a firmer answer
 * - `rejected`: the file was not accepted; see `rejection`
 */
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

/** Why the verdict is what it is, for people and for programs. */
export const Reason = z.object({
  /** What it is about; `text` says it in words. */
  code: ReasonCode,
  /** Plain English, one sentence or a few: what was seen, where, when. Show it as text, never as markup. */
  text: z.string(),
  /** Which face: `index` in `tracks`, from 0 (people are told "Face 1"). Null: the file as a whole. */
  track: z.number().int().nullable(),
  /** The moment to look at, seconds from the first frame; null where there is no one moment. */
  atSeconds: z.number().nullable(),
});
export type Reason = z.infer<typeof Reason>;

const Probability = z.number().min(0).max(1);
/**
 * Holds nine of ten probabilities that the same footage is given, seen in other frames or come another way (another encode, smaller, cropped);
 * the calibration's own error is part of it. Measured on videos: of a still a rough range.
 */
const Interval = z.tuple([Probability, Probability]);

/** One face, followed through the file: through cuts too, where it is taken for the same. */
export const VerdictTrack = z.object({
  /** Number of the face, from 0. People are told one more: "Face 1". */
  index: z.number().int().nonnegative(),
  /** First frame in which it was seen, seconds from the first frame of the file; 0 for a still. */
  startSeconds: z.number(),
  /** Last frame in which it was seen, seconds. */
  endSeconds: z.number(),
  /** Shots in which it was seen, numbered from 0 by the cuts of the file. */
  shots: z.array(z.number().int()),
  /** Frames in which the face was found. */
  framesSeen: z.number().int(),
  /** Those of them in which it was judged: fit for it, and chosen. */
  framesScored: z.number().int(),
  /** Calibrated probability that this face is manipulated, 0 to 1. Null: it could not be judged, and `abstention` says why. */
  probability: Probability.nullable(),
  interval: Interval.nullable(),
  /** Why it was not judged, or from fewer frames than the policy asks for; null for a face that was judged as usual. */
  abstention: ReasonCode.nullable(),
  /** Mean logit of each detector by model id, as the model gives it, before calibration: above 0 speaks for a manipulation. */
  scores: z.record(z.string(), z.number()),
  /**
   * Stills cut as generators of portraits cut theirs: how far the picture's corners are from where that cut puts them, in
   * picture sides. Null where the framing tells nothing.
   */
  framingDeviation: z.number().nonnegative().nullable().default(null),
  /**
   * How much the face changes its shape from frame to frame, 0 to 1, whatever way it goes: Procrustes distance of its landmarks, upper
   * quartile of pairs of frames. Below 0.002 it is one picture shown for a while, and counts as one frame. Absent where too little was seen to tell.
   */
  motion: z.number().min(0).max(1).optional(),
  /** What the face reads like in words, most probable first: descriptions that a model scored, over all frames judged. */
  descriptions: z
    .array(
      z.object({
        /** Name of the description in its model, stable. */
        key: z.string(),
        level: SentenceLevel,
        /** In words, to be read after "reads most like". */
        text: z.string(),
        /** That it is true of this face, 0 to 1. */
        probability: Probability,
      }),
    )
    .default([]),
  /** How well the face can be judged, mean over the frames in which it was seen. */
  quality: FaceQuality,
  /** Share of the inner face (brows to lips), 0..1, that something before it hides, mean over the frames that were looked at; null where no model tells. */
  occlusion: z.number().min(0).max(1).nullable().default(null),
  /** How unlike pictures that the detectors learned from this face is, 0..1, mean over the frames that were looked at; null where no model tells. */
  outOfDomain: z.number().min(0).max(1).nullable().default(null),
  /** Every frame in which the face was seen: where it was and what it scored. */
  observations: z.array(
    z.object({
      /** Seconds from the first frame of the file. */
      seconds: z.number(),
      box: Box,
      /** Calibrated log odds of a manipulation by this frame alone, all detectors together; null where it was not judged in it. */
      logit: z.number().nullable(),
      /** How much the frame counts by the quality of the face in it, 0 to 1. */
      weight: z.number(),
    }),
  ),
  /** The frames that weigh most, best first; at most six. Pictures are got from `/v1/scans/{scan}/evidence/{name}`. */
  evidence: z.array(
    z.object({
      /** Seconds from the first frame of the file. */
      seconds: z.number(),
      box: Box,
      /** Of this frame alone; null where the face is shown though it was not judged in it, to see why. */
      probability: Probability.nullable(),
      /** Name of the picture of the face (JPEG). */
      crop: z.string(),
      /** Name of the same picture with the suspected area marked; null where no model draws one. */
      overlay: z.string().nullable(),
    }),
  ),
});
export type VerdictTrack = z.infer<typeof VerdictTrack>;

/**
 * What Assay found out about one media item, with all that it rests on. Served byte for byte as it was signed.
 *
 * `probability` is about what was measured; `knownMedia` and `provenance` stand beside it and never move it. Times are seconds from the first
 * frame of the file, boxes px of the original picture. A field that is not known yet may come with a later version.
 */
export const Verdict = z.object({
  /** Name and version of this form. A field that is added leaves it as it is. */
  schema: z.literal('assay.verdict/1'),
  /** Made up by a service in mock mode: nothing was looked at. Absent in every real verdict. */
  mock: z.literal(true).optional(),
  /** The scan that it answers. */
  scan: ScanId,
  /** The media item, by the SHA-256 of its bytes. Null only of `assay scan`, for a file that never became media. */
  media: MediaId.nullable(),
  /** Name as the caller gave it; for people, never trusted. */
  file: z.string().nullable(),
  /** When it was made, ISO 8601 in UTC; `revision.at` says when it was last revised. */
  createdAt: z.iso.datetime(),
  /** The answer: `probability` held against `thresholds`, unless `reasons` say why it is withheld. */
  verdict: VerdictLabel,
  /**
   * Calibrated probability that a face in it is manipulated, 0 to 1, where either answer is equally likely beforehand:
   * for the share of forgeries that you meet see `atPrevalence`. Null where no face could be judged.
   */
  probability: Probability.nullable(),
  /**
   * Lower and upper end; null where `probability` is. Nine of ten probabilities that the same footage is given lie
   * between them: seen in other frames, encoded again, made smaller, cropped.
   */
  interval: Interval.nullable(),
  /** What the probability means where this share of items is forged (Bayes); null where there is none. */
  atPrevalence: z
    .object({
      /** Share of forged items among all that are scanned, 0 to 1, as the policy takes it. */
      prevalence: Probability,
      /** Chance that this item is forged, where that share of items is: 0 to 1. */
      probability: Probability,
    })
    .nullable()
    .default(null),
  /** Of the policy: what `probability` was held against. */
  thresholds: z.object({
    /** At or above it: `likely_manipulated`. */
    manipulated: Probability,
    /** At or below it: `likely_authentic`. Between the two: `inconclusive`. */
    authentic: Probability,
  }),
  /** What turned numbers into the answer. */
  policy: z.object({
    /** Name, as in the request for the scan. */
    id: z.string(),
    /** Goes up when thresholds or limits change: answers of different versions are not compared. */
    version: z.number().int(),
  }),
  /** Why, the most important first; never empty. */
  reasons: z.array(Reason).min(1),
  /** Why the file was not looked at; null unless `verdict` is `rejected`. */
  rejection: Rejection.nullable(),
  /** What the file turned out to be; null where it was rejected. */
  kind: MediaKind.nullable(),
  /** Length of what can be seen; 0 for a still, null where it was rejected. */
  durationSeconds: z.number().nullable(),
  /** Width as displayed, px; null where it was rejected. */
  width: z.number().int().nullable(),
  /** Height as displayed, px; null where it was rejected. */
  height: z.number().int().nullable(),
  /** Every face that was followed, in the order in which they appear. Empty: none, or none large enough. */
  tracks: z.array(VerdictTrack),
  /** Each frame that was looked at. */
  timeline: z.array(
    z.object({
      /** Seconds from the first frame of the file. */
      seconds: z.number(),
      /** Of the most suspicious face there, with its neighbouring frames, 0 to 1; null where no face could be judged. */
      probability: Probability.nullable(),
      /** Faces that were seen. */
      faces: z.number().int(),
    }),
  ),
  /** Cuts, as the seconds of the first frame after each. */
  cutsSeconds: z.array(z.number()),
  /** Artefact name of the timeline plot (SVG); null when there is nothing to plot. */
  timelinePlot: z.string().nullable(),
  /** Where the file says it comes from: facts and claims, told beside the answer and no part of it. */
  provenance: z.object({
    /** What the file is made of; null where it was rejected. */
    container: Probe.nullable(),
    /** Whether Content Credentials (C2PA) were found, and are whole. `not_checked` is not `absent`. */
    contentCredentials: ContentCredentialsStatus,
    /** Null unless `not_checked`, and also there where nobody tried. */
    contentCredentialsNotChecked: CredentialsNotChecked.nullable().default(null),
    /** What they say; null where there are none that could be read. */
    credentials: ContentCredentials.nullable().default(null),
    /** Of verdicts from before there was `knownMedia`; not written any more. */
    knownMedia: z.enum(['not_checked', 'none', 'match']).optional(),
  }),
  /** What was known about it before; null where that was not looked up. The measurement above is never changed by it. */
  knownMedia: KnownMediaFindings.nullable().default(null),
  /** Absent: as it was published first. */
  revision: Revision.optional(),
  /** How it was found: enough for `assay verify` to run it again. */
  method: z.object({
    /** SHA-256 of the bytes that were looked at; null as `media` is. */
    contentSha256: MediaId.nullable(),
    /** Version of Assay. */
    assay: z.string(),
    /** Versions of what else computes the numbers, by name: ffmpeg, onnxruntime. */
    tools: z.record(z.string(), z.string()),
    /** Every model that took part, by digest. */
    models: z.array(ModelUse),
    /** Digest over all model digests and preprocessing: what has to be equal for two scans to be comparable. */
    modelSet: z.string(),
    /** Names everything between a decoded frame and a model's input. */
    preprocessing: z.string(),
    /** Threads in each inference session: numbers are the same for the same count. */
    threadsPerSession: z.number().int(),
    /** Frames that were looked at, seconds from the first frame of the file, ascending. */
    framesSeconds: z.array(z.number()),
    /** How many frames were asked for; absent = as many as the policy gives. */
    frameBudget: FrameBudget.optional(),
  }),
  /** What it took, wall milliseconds; the only part beside ids and times that differs between two runs. */
  cost: z.object({
    /** From the request to the verdict, waiting in the queue included. */
    totalMs: z.number(),
    /** Decoding, all segments together. */
    decodeMs: z.number(),
    /** Finding faces. */
    detectMs: z.number(),
    /** Judging them. */
    scoreMs: z.number(),
    /** Frames that were looked at. */
    frames: z.number().int(),
    /** Pictures of faces that went through the detectors. */
    cropsScored: z.number().int(),
  }),
});
export type Verdict = z.infer<typeof Verdict>;

/**
 * Keys that may differ between two runs over the same bytes with the same models and policy. What is known of media is no
 * measurement: it differs by place and day.
 */
export const volatileVerdictKeys = ['scan', 'createdAt', 'cost', 'knownMedia', 'revision'] as const;
