import { FaceObservation, SegmentResult } from '@assay/contracts';
import { assign } from './assignment';
import { longestGap } from './longest-gap';
import { continuationCost, missCost } from './track-cost';

/** A face through the whole video: pieces of it from neighbouring segments joined. */
export interface JoinedTrack {
  index: number;
  /** Shots of the whole video in which it was seen. */
  shots: number[];
  observations: FaceObservation[];
}

interface Piece {
  shot: number;
  observations: FaceObservation[];
  appearance: number[];
}

/** Where the encoder marked a cut at the seam, only a continuation as plain as this is believed. */
const acrossMarkedCutCost = 0.25;

/**
 * Joins the tracks of neighbouring segments where position and look continue and no cut lies between. Tracks are numbered
 * from 0 by first appearance.
 *
 * @param segments in time order
 * @param cutCandidatesSeconds where the encoder saw cuts: the frames on both sides of a seam were never compared
 */
export function joinTracks(segments: SegmentResult[], cutCandidatesSeconds: readonly number[]): JoinedTrack[] {
  const joined: Omit<JoinedTrack, 'index'>[] = [];
  // A face that was last seen longer before a seam is not looked for after it.
  const maxGapSeconds = longestGap(segments.flatMap(({ framesSeconds }) => framesSeconds));
  let firstShot = 0;
  let before: { segment: SegmentResult; pieces: { piece: Piece; whole: Omit<JoinedTrack, 'index'> }[] } | null = null;
  for (const segment of segments) {
    const seam = before === null ? [] : seamOf(before.segment, segment, cutCandidatesSeconds);
    const offset: number = firstShot + (seam.length > 0 ? 1 : 0);
    const pieces: Piece[] = segment.tracks.map(({ shot, observations, appearance }) => ({
      shot: shot + offset,
      observations,
      appearance,
    }));
    const wholes = pieces.map((piece) => ({ shots: [piece.shot], observations: [...piece.observations] }));
    if (before !== null) {
      const limit = seam.length > 0 ? acrossMarkedCutCost : missCost;
      const shots = { last: firstShot, next: offset };
      const links = linksBetween(before.pieces.map(({ piece }) => piece), pieces, shots, { limit, maxGapSeconds }); // prettier-ignore
      for (const [from, to] of links) {
        const { whole } = before.pieces[from]!;
        whole.observations.push(...pieces[to]!.observations);
        whole.shots = [...new Set([...whole.shots, pieces[to]!.shot])];
        wholes[to] = whole;
      }
    }
    joined.push(...wholes.filter((whole) => !joined.includes(whole)));
    before = { segment, pieces: pieces.map((piece, i) => ({ piece, whole: wholes[i]! })) };
    firstShot = offset + segment.cutsSeconds.length;
  }
  return joined
    .map((track, order) => ({ track, order }))
    .sort((a, b) => a.track.observations[0]!.seconds - b.track.observations[0]!.seconds || a.order - b.order)
    .map(({ track }, index) => ({ index, ...track }));
}

/** Marked cuts between the last frame of one segment and the first of the next. */
function seamOf(before: SegmentResult, after: SegmentResult, candidates: readonly number[]): number[] {
  const from = before.framesSeconds.at(-1) ?? before.endSeconds;
  const to = after.framesSeconds[0] ?? after.startSeconds;
  return candidates.filter((at) => at > from && at <= to);
}

/** Pairs of piece before and piece after the seam that are one face. */
function linksBetween(
  before: Piece[],
  after: Piece[],
  shots: { last: number; next: number },
  { limit, maxGapSeconds }: { limit: number; maxGapSeconds: number },
): [number, number][] {
  const costs = before.map((piece) => {
    const last = piece.observations.at(-1)!;
    return after.map((next) => {
      const first = next.observations[0]!;
      if (piece.shot !== shots.last || next.shot !== shots.next || first.seconds - last.seconds > maxGapSeconds) {
        return Infinity;
      }
      const state = { seconds: last.seconds, box: last.box, appearance: piece.appearance, velocityX: 0, velocityY: 0 };
      return continuationCost(state, { seconds: first.seconds, box: first.box, appearance: next.appearance });
    });
  });
  return assign(costs, limit).flatMap((to, from): [number, number][] => (to >= 0 ? [[from, to]] : []));
}
