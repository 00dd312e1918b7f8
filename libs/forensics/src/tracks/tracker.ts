import { assign } from './assignment';
import { continuationCost, missCost, Sighting, TrackState } from './track-cost';

/** A face followed through one shot. `F` is whatever the caller keeps of each sighting. */
export interface Track<F extends Sighting> {
  /** From 0 by first appearance in this tracker. */
  index: number;
  /** Number of cuts before it. */
  shot: number;
  sightings: F[];
}

interface Open<F extends Sighting> {
  track: Track<F>;
  state: TrackState;
  misses: number;
}

/** Frames in a row in which a face may go unseen (blink of the detector, a hand, a turned head); for how long: see `longestGap`. */
const maxMisses = 3;

/** Share of the newest sighting in a track's remembered look: follows turns and light, survives one bad frame. */
const appearanceShare = 0.35;
const velocityShare = 0.6;

/** Follows faces over sparse frames (0.2 s to a minute apart): optimal assignment, tracks end at cuts and after long gaps. */
export class Tracker<F extends Sighting> {
  readonly tracks: Track<F>[] = [];
  private open: Open<F>[] = [];
  private shot = 0;

  /** @param maxGapSeconds for how long a face may go unseen */
  constructor(private readonly maxGapSeconds: number) {}

  /**
   * The faces of the next frame, in time order.
   *
   * @param cutBefore a shot cut lies between this frame and the one before
   * @returns the track of each face, in the order of the faces
   */
  advance(seconds: number, faces: F[], cutBefore: boolean): Track<F>[] {
    if (cutBefore) {
      this.shot += 1;
      this.open = [];
    }
    this.open = this.open.filter(
      ({ misses, state }) => misses <= maxMisses && seconds - state.seconds <= this.maxGapSeconds,
    );
    const costs = this.open.map(({ state }) => faces.map((face) => continuationCost(state, face)));
    const columns = assign(costs, missCost);
    const trackOf = new Map<number, Track<F>>();
    this.open.forEach((open, row) => {
      const column = columns[row]!;
      const face = faces[column];
      if (!face) {
        open.misses += 1;
        return;
      }
      open.track.sightings.push(face);
      open.state = moved(open.state, face);
      open.misses = 0;
      trackOf.set(column, open.track);
    });
    return faces.map((face, column) => trackOf.get(column) ?? this.begin(face));
  }

  private begin(face: F): Track<F> {
    const track: Track<F> = { index: this.tracks.length, shot: this.shot, sightings: [face] };
    this.tracks.push(track);
    const { seconds, box, appearance } = face;
    this.open.push({ track, state: { seconds, box, appearance, velocityX: 0, velocityY: 0 }, misses: 0 });
    return track;
  }
}

function moved(state: TrackState, face: Sighting): TrackState {
  const seconds = Math.max(1e-3, face.seconds - state.seconds);
  const speed = (axis: 0 | 1, before: number) => {
    const centre = face.box[axis] + face.box[axis + 2]! / 2;
    const last = state.box[axis] + state.box[axis + 2]! / 2;
    return before + velocityShare * ((centre - last) / seconds - before);
  };
  return {
    seconds: face.seconds,
    box: face.box,
    velocityX: speed(0, state.velocityX),
    velocityY: speed(1, state.velocityY),
    appearance: state.appearance.map((value, i) => value + appearanceShare * ((face.appearance[i] ?? 0) - value)),
  };
}
