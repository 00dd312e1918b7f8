import { Policy, Segment } from '@assay/contracts';
import { Frame } from '../frame';
import { DetectedFace, Detections, ModelCrops } from '../inference/messages';
import { InferencePool, Timed } from '../inference/pool';
import { usableWeight } from '../faces/quality';
import { CutFinder } from '../tracks/shot-cuts';
import { longestGap } from '../tracks/longest-gap';
import { Track, Tracker } from '../tracks/tracker';
import { CropReservoir } from './crop-reservoir';

/** A followed face; `crops` is set while the face is among those to be scored. */
export interface SeenFace extends DetectedFace {
  seconds: number;
  crops: Promise<ModelCrops[]> | null;
}

/** What the decoder says when it ends: null, or why it ended early. */
export interface FramesEnd {
  error: string | null;
}

export type FrameSource = AsyncIterable<Frame, FramesEnd | void>;

export interface FollowedFaces {
  tracks: Track<SeenFace>[];
  framesSeconds: number[];
  cutsSeconds: number[];
  facesSeen: number;
  facesTooSmall: number;
  facesLeftOut: number;
  decodeError: string | null;
  decodeMs: number;
  detectMs: number;
}

interface Chosen {
  seconds: number;
  weight: number;
  track: number;
  face: SeenFace;
}

/** Reads frames, finds and follows the faces, and cuts crops of those worth scoring. A frame is let go once its crops are cut. */
export class FaceFollower {
  private readonly tracker: Tracker<SeenFace>;
  private readonly cuts: CutFinder;
  private readonly reservoir: CropReservoir<Chosen>;
  private readonly cropping = new Set<Promise<unknown>>();
  /** Frames that were not given back yet. */
  private readonly held = new Set<Frame>();
  private readonly seen: FollowedFaces;

  constructor(
    private readonly pool: InferencePool,
    private readonly policy: Policy,
    private readonly segment: Segment,
    cutCandidatesSeconds: readonly number[],
    private readonly onFrame: (framesDone: number) => void,
    private readonly signal: AbortSignal,
  ) {
    this.tracker = new Tracker(longestGap(segment.frameSeconds));
    this.seen = {
      tracks: this.tracker.tracks,
      framesSeconds: [],
      cutsSeconds: [],
      facesSeen: 0,
      facesTooSmall: 0,
      facesLeftOut: 0,
      decodeError: null,
      decodeMs: 0,
      detectMs: 0,
    };
    this.cuts = new CutFinder(cutCandidatesSeconds);
    this.reservoir = new CropReservoir(
      {
        perTrack: policy.faces.cropsPerTrack,
        overall: policy.faces.cropsPerSegment,
        fewest: policy.faces.minFrames,
      },
      ({ face }) => (face.crops = null),
    );
  }

  /**
   * Every frame is given back and the source is closed, however this ends.
   *
   * @throws the signal's reason, InferenceError, ModelError, or what the source throws
   */
  async follow(frames: FrameSource): Promise<FollowedFaces> {
    const source = frames[Symbol.asyncIterator]();
    const waiting: { frame: Frame; detections: Promise<Timed<Detections>> }[] = [];
    let ended = false;
    try {
      while (!ended || waiting.length > 0) {
        if (!ended && waiting.length <= this.pool.threads) {
          const asked = performance.now();
          const next = await source.next();
          this.seen.decodeMs += performance.now() - asked;
          if (!next.done) this.held.add(next.value);
          this.signal.throwIfAborted();
          if (next.done) {
            ended = true;
            this.seen.decodeError = next.value?.error ?? null;
          } else {
            const { faces } = this.policy;
            const limits = { minSizePx: faces.minSizePx, maxFaces: faces.maxPerFrame };
            const detections = this.pool.detect(next.value, limits, this.signal);
            // It is awaited in its turn; until then a failure is not an unhandled one.
            detections.catch(() => undefined);
            waiting.push({ frame: next.value, detections });
          }
          continue;
        }
        const { frame, detections } = waiting.shift()!;
        await this.take(frame, await detections);
      }
      await Promise.all(this.cropping);
      return this.seen;
    } finally {
      if (!ended) await source.return?.();
      // A thread may still be reading one of these, but nobody hears what it finds.
      for (const frame of this.held) this.letGo(frame);
    }
  }

  private letGo(frame: Frame): void {
    if (this.held.delete(frame)) frame.release?.();
  }

  private async take(frame: Frame, { value, milliseconds }: Timed<Detections>): Promise<void> {
    const { seen } = this;
    const { seconds } = frame;
    seen.detectMs += milliseconds;
    seen.framesSeconds.push(seconds);
    seen.facesSeen += value.facesSeen;
    seen.facesTooSmall += value.facesTooSmall;
    seen.facesLeftOut += value.facesLeftOut;
    const cut = this.cuts.next(seconds, value.signature);
    if (cut !== null) seen.cutsSeconds.push(cut);
    const faces = value.faces.map((face): SeenFace => ({ ...face, seconds, crops: null }));
    const tracks = this.tracker.advance(seconds, faces, cut !== null);
    const wanted = faces.filter((face, i) => {
      const { weight } = face.quality;
      return weight >= usableWeight && this.reservoir.offer({ seconds, weight, track: tracks[i]!.index, face });
    });
    if (wanted.length > 0) await this.cut(frame, wanted);
    else this.letGo(frame);
    this.onFrame(seen.framesSeconds.length / this.segment.frameSeconds.length);
  }

  /** Cuts in the background; waits only when more frames than threads are held for their crops. */
  private async cut(frame: Frame, faces: SeenFace[]): Promise<void> {
    const places = faces.map(({ box, landmarks }) => ({ box, landmarks }));
    const cut = this.pool.crop(frame, places, this.signal).then(({ value, milliseconds }) => {
      this.seen.detectMs += milliseconds;
      this.letGo(frame);
      return value;
    });
    faces.forEach((face, i) => {
      const crops = cut.then((rows) => rows[i] ?? []);
      crops.catch(() => undefined);
      face.crops = crops;
    });
    const done = cut.finally(() => this.cropping.delete(done));
    done.catch(() => undefined);
    this.cropping.add(done);
    if (this.cropping.size > this.pool.threads) await Promise.race(this.cropping);
  }
}
