import { Box, FaceObservation, ModelEntry, SegmentResult, SegmentTrack } from '@assay/contracts';
import {
  cropName,
  evidencePictures,
  EvidenceFace,
  evidenceStem,
  loadSharp,
  overlayName,
} from '../evidence/evidence-pictures';
import { CropMap, occlusionShare, regionStrengths } from '../evidence/face-regions';
import { cropMargins, cropSize } from '../inference/crop-task';
import { CropScore, DrawnMaps } from '../inference/messages';
import { EvidencePicture, LookContext, LookOutcome } from '../look-context';
import { obstacleOf } from '../fusion/abstention';
import { round } from '../fusion/statistics';
import { modelsFor } from '../models/model-set';
import { Track } from '../tracks/tracker';
import { FaceFollower, FrameSource, SeenFace } from './follow-faces';
import { chooseEvidence } from './choose-evidence';
import { scoreFaces } from './score-faces';

/** Part of the progress that frames make up; scoring is the rest. */
const framesShare = 0.8;

/**
 * Looks at one segment: finds and follows the faces in its frames, scores the best crops of each, and keeps evidence.
 * The result is the same for the same frames and models, whatever the number of threads; only `cost` differs.
 *
 * @param frames in time order, at the plan's decode size; its return value says why it ended early, if it did
 * @throws the signal's reason when aborted; InferenceError; ModelError
 */
export async function lookAtSegment(
  frames: FrameSource,
  { segment, plan, probe, policy, pool }: LookContext,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<LookOutcome> {
  // While the decoder starts: its failure is told when a picture is made.
  loadSharp().catch(() => undefined);
  const onFrame = (fraction: number) => onProgress(framesShare * Math.min(1, fraction));
  const follower = new FaceFollower(pool, policy, segment, plan.cutCandidatesSeconds, onFrame, signal);
  const seen = await follower.follow(frames);
  const faces = seen.tracks.flatMap((track) => track.sightings);
  const onScored = (fraction: number) => onProgress(framesShare + (1 - framesShare) * fraction);
  const scored = await scoreFaces(faces, pool, onScored, signal);
  const scaleX = probe.width / plan.decodeWidth;
  const scaleY = probe.height / plan.decodeHeight;
  const detectors = modelsFor(pool.models, 'forgery-frame');
  const detectorId = modelsFor(pool.models, 'face-detector')[0]?.id;
  const scoresOf = (face: SeenFace) => scored.scores.get(face) ?? [];
  const observed = new Map(faces.map((face) => [face, observe(face, scoresOf(face), detectors, scaleX, scaleY)]));
  const chosen = chooseEvidence(seen.tracks, scored.scores, (face) => obstacleOf(observed.get(face)!) !== null);
  const shown: EvidenceFace[] = [];
  const tracks: SegmentTrack[] = [];
  for (const track of seen.tracks) {
    const observations: FaceObservation[] = [];
    for (const face of track.sightings) {
      const observation = observed.get(face)!;
      if (chosen.has(face)) {
        signal.throwIfAborted();
        const stem = evidenceStem(segment.index, track.index, face.seconds);
        const kept = await evidenceFace(stem, face, obstacleOf(observation) ? [] : scoresOf(face), detectors);
        if (kept) {
          shown.push(kept);
          observation.crop = cropName(stem);
          observation.overlay = kept.map ? overlayName(stem) : null;
        }
      }
      observations.push(observation);
    }
    tracks.push({ index: track.index, shot: track.shot, observations, appearance: meanAppearance(track) });
  }
  const evidence: EvidencePicture[] = (await Promise.all(shown.map(evidencePictures))).flat();
  onProgress(1);
  const result: SegmentResult = {
    schema: 'assay.segment/1',
    index: segment.index,
    startSeconds: segment.startSeconds,
    endSeconds: segment.endSeconds,
    framesSeconds: seen.framesSeconds,
    cutsSeconds: seen.cutsSeconds,
    facesSeen: seen.facesSeen,
    facesTooSmall: seen.facesTooSmall,
    ...(seen.facesLeftOut > 0 ? { facesLeftOut: seen.facesLeftOut } : {}),
    tracks,
    decodeError: seen.decodeError,
    cost: {
      decodeMs: seen.decodeMs,
      detectMs: seen.detectMs,
      scoreMs: scored.scoreMs,
      msByModel: {
        detect: detectorId === undefined ? {} : { [detectorId]: seen.detectMs },
        score: scored.scoreMsByModel,
      },
      cropsScored: scored.cropsScored,
    },
  };
  return { result, evidence };
}

/** A face as the segment's result keeps it: positions in px of the original picture in display orientation. */
function observe(
  face: SeenFace,
  scores: CropScore[],
  detectors: ModelEntry[],
  scaleX: number,
  scaleY: number,
): FaceObservation {
  const [x, y, width, height] = face.box;
  const logits: Record<string, number> = {};
  for (const { model, logit } of scores) if (Number.isFinite(logit)) logits[model] = logit;
  const maps = scores.flatMap((score) => cropMaps(score.model, score.boundary, detectors));
  const occlusion = occlusionShare(scores.flatMap((score) => cropMaps(score.model, score.occlusion, detectors)));
  const unlike = scores.flatMap(({ outOfDomain }) => outOfDomain ?? []);
  return {
    seconds: face.seconds,
    box: [x * scaleX, y * scaleY, width * scaleX, height * scaleY] satisfies Box,
    landmarks: face.landmarks.map((value, i) => value * (i % 2 === 0 ? scaleX : scaleY)),
    detectorScore: face.score,
    quality: face.quality,
    logits,
    ...(maps.length > 0 ? { regions: regionStrengths(maps) } : {}),
    ...(occlusion !== null ? { occlusion } : {}),
    ...(unlike.length > 0 ? { outOfDomain: round(Math.max(...unlike), 3) } : {}),
    ...sentencesOf(scores, detectors),
    crop: null,
    overlay: null,
  };
}

/** Log odds of every description by its key; of a key that several models score, the mean. */
function sentencesOf(scores: CropScore[], detectors: ModelEntry[]): Pick<FaceObservation, 'sentences'> {
  const found = new Map<string, number[]>();
  for (const { model, sentences } of scores) {
    const listed = detectors.find(({ id }) => id === model)?.sentences ?? [];
    listed.forEach(({ key }, i) => {
      const value = sentences?.[i];
      if (value !== undefined && Number.isFinite(value)) found.set(key, [...(found.get(key) ?? []), value]);
    });
  }
  if (found.size === 0) return {};
  const mean = (values: number[]) => round(values.reduce((sum, value) => sum + value, 0) / values.length, 3);
  return { sentences: Object.fromEntries([...found].map(([key, values]) => [key, mean(values)])) };
}

function cropMaps(model: string, drawn: DrawnMaps | null, detectors: ModelEntry[]): CropMap[] {
  const entry = detectors.find(({ id }) => id === model);
  if (!entry || !drawn) return [];
  const { width, height } = drawn;
  return cropMargins(entry).map((margin, i) => ({ width, height, margin, values: drawn.margins[i]! }));
}

/** What a moderator is shown: the mask of what was replaced; of a model that knows none, the border of it. */
const shownMap = ({ mask, boundary }: CropScore): DrawnMaps | null => mask ?? boundary;

/** The widest crop of the first detector that draws a map; else of the first detector. */
async function evidenceFace(
  stem: string,
  face: SeenFace,
  scores: CropScore[],
  detectors: ModelEntry[],
): Promise<EvidenceFace | null> {
  const crops = (await face.crops) ?? [];
  const drawn = scores.find((score) => shownMap(score) !== null)?.model;
  const own = crops.find(({ model }) => model === drawn) ?? crops[0];
  const entry = detectors.find(({ id }) => id === own?.model);
  if (!own || !entry) return null;
  const margins = cropMargins(entry);
  const widest = margins.indexOf(Math.max(...margins));
  const score = scores.find(({ model }) => model === own.model);
  const map = score ? cropMaps(score.model, shownMap(score), detectors)[widest] : undefined;
  return { stem, rgb: own.margins[widest]!, size: cropSize(entry), map: map ?? null };
}

function meanAppearance({ sightings }: Track<SeenFace>): number[] {
  const length = sightings[0]?.appearance.length ?? 0;
  return Array.from({ length }, (_, i) => {
    const sum = sightings.reduce((total, { appearance }) => total + (appearance[i] ?? 0), 0);
    return Math.round((1e4 * sum) / sightings.length) / 1e4;
  });
}
