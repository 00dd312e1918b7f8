import { Box, FaceQuality, ModelEntry } from '@assay/contracts';
import { InferenceProvider, ProviderChoice } from './provider';

/** A picture in shared memory, as it crosses to an inference thread: nothing is copied. */
export interface SharedPicture {
  width: number;
  height: number;
  data: Uint8Array<SharedArrayBuffer>;
}

/** Where a face lies, in px of the picture. */
export interface FacePlace {
  box: Box;
  /** x, y of right eye, left eye, nose, right and left mouth corner (the person's right). */
  landmarks: number[];
}

/** A face as the detector and the measures see it, in px of the decoded frame. */
export interface DetectedFace extends FacePlace {
  score: number;
  quality: FaceQuality;
  /** Unit vector that tells faces of one scan apart; it is no biometric template. */
  appearance: number[];
}

export interface Detections {
  /** At least `minSizePx` large, best score first, at most `maxFaces`. */
  faces: DetectedFace[];
  /** All faces found, also those too small or too many to be judged. */
  facesSeen: number;
  facesTooSmall: number;
  /** Large enough, and behind `maxFaces` better ones. */
  facesLeftOut: number;
  /** Colours of the whole picture, for finding shot cuts. */
  signature: Float32Array;
}

/** Crops of one face for one model: one RGB24 picture per margin of the model's manifest entry. */
export interface ModelCrops {
  model: string;
  margins: Uint8Array<SharedArrayBuffer>[];
}

/** What a detector draws over the crops of a face: a map per margin, 0..1, row by row. */
export interface DrawnMaps {
  width: number;
  height: number;
  margins: Float32Array[];
}

/** What one detector says about one face. */
export interface CropScore {
  model: string;
  /** Mean over the margins; > 0 means manipulated. */
  logit: number;
  /** Predicted blending boundary; null where the model draws none. */
  boundary: DrawnMaps | null;
  /** Predicted mask of what was replaced; null where the model draws none. */
  mask: DrawnMaps | null;
  /** What something before the face hides; null where the model does not tell. */
  occlusion: DrawnMaps | null;
  /** Probability that the picture is unlike those that the model learned from, mean over the margins; null where it does not tell. */
  outOfDomain: number | null;
  /** Log odds of each of the model's sentences, mean over the margins; null where the model scores none. */
  sentences: number[] | null;
  /** Wall time that the model took for this face. */
  milliseconds: number;
}

export interface DetectTask {
  kind: 'detect';
  picture: SharedPicture;
  minSizePx: number;
  maxFaces: number;
}

export interface CropTask {
  kind: 'crop';
  picture: SharedPicture;
  faces: FacePlace[];
}

export interface ScoreTask {
  kind: 'score';
  /** One row per face: its crops for every frame detector. */
  faces: ModelCrops[][];
}

/** Run one model on made-up pictures, to see whether it is what its manifest entry says. */
export interface TryTask {
  kind: 'try';
  model: string;
}

export interface ModelTrial {
  /** Dimensions of the input tensor: all crops of one face, or one picture. */
  input: number[];
  /** By their key in the manifest. */
  outputs: { key: string; dims: number[] }[];
  /** Median time of one inference on that input, in one thread. */
  milliseconds: number;
  /** Of a forgery detector, by made-up picture; > 0 manipulated. */
  logits: { black: number; white: number; noise: number } | null;
  /** Of a face detector: faces found where there are none. */
  facesInNoise: number | null;
}

/** What a task gives back, by its kind. */
export interface TaskResults {
  detect: Detections;
  /** One row per face asked for; empty where the landmarks are degenerate. */
  crop: ModelCrops[][];
  score: CropScore[][];
  try: ModelTrial;
}

export type InferenceTask = DetectTask | CropTask | ScoreTask | TryTask;
export type TaskKind = InferenceTask['kind'];

export interface ThreadSetup {
  dir: string;
  entries: ModelEntry[];
  /** Wished for; where it cannot be had the thread runs on the CPU. */
  provider: InferenceProvider;
}

export type ToThread = { type: 'task'; id: number; task: InferenceTask } | { type: 'warm' } | { type: 'end' };

export type FromThread =
  | { type: 'ready'; choice: ProviderChoice }
  | { type: 'result'; id: number; result: TaskResults[TaskKind]; milliseconds: number }
  | { type: 'failed'; id: number; message: string; code: string; model: string | null }
  | { type: 'unusable'; code: string; message: string; model: string | null };
