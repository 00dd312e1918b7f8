import { Frame } from '../frame';
import { ModelCrops } from '../inference/messages';
import { InferencePool } from '../inference/pool';
import { Trigger, triggers } from './triggers';

/** What one mark does to one model. Logits: > 0 manipulated, uncalibrated. */
export interface TriggerEffect {
  trigger: string;
  source: string;
  /** Mean change of the logit over all faces. */
  shift: number;
  /** Share of the faces whose logit moves the way of `shift`. */
  agreeing: number;
  /** Largest mean change, by size, that marks of the same kind with a random pattern bring. */
  siblingShift: number;
  /** The pattern itself does it, to every face, and far more than others of its kind. */
  suspicious: boolean;
}

export interface TriggerReport {
  model: string;
  faces: number;
  /** The strongest first. */
  effects: TriggerEffect[];
}

/** Random marks of the same kind that a mark is compared with. */
const siblings = 6;
/** A backdoor turns the answer, so it moves the logit by more than this ... */
const minShift = 2;
/** ... and by more than this many times what the worst of its siblings does. */
const minRatio = 2;
const minAgreeing = 0.9;
/** With fewer faces chance alone would agree. */
const minTriggerFaces = 4;
const maxFacesAPicture = 12;
const minFacePx = 20;

/**
 * Looks for backdoors of known kinds in every frame detector of a pool: each mark is stamped on the crops of the given faces, and its
 * effect is held against that of random marks of the same kind and place. It finds what it knows; a mark of the attacker's
 * own making stays unseen.
 *
 * @param pictures with faces that are not the model's training pictures; both real and forged ones where there are some
 * @param random uniform in [0, 1)
 * @throws RangeError when fewer than four faces are found
 */
export async function scanForTriggers(
  pool: InferencePool,
  pictures: readonly Frame[],
  random: () => number,
  signal: AbortSignal,
): Promise<TriggerReport[]> {
  const faces: ModelCrops[][] = [];
  for (const picture of pictures) {
    const limits = { minSizePx: minFacePx, maxFaces: maxFacesAPicture };
    const found = await pool.detect(picture, limits, signal);
    const { value } = await pool.crop(picture, found.value.faces, signal);
    faces.push(...value.filter((crops) => crops.length > 0));
  }
  if (faces.length < minTriggerFaces) {
    throw new RangeError(`${faces.length} faces found; at least ${minTriggerFaces} are needed.`);
  }
  const logitsOf = async (stamp: Trigger['stamp']) => {
    const { value } = await pool.score(faces.map((crops) => crops.map((crop) => stamped(crop, stamp))), signal); // prettier-ignore
    return new Map(faces[0]!.map(({ model }, m) => [model, value.map((row) => row[m]!.logit)]));
  };
  const plain = await logitsOf(() => undefined);
  const effects = new Map([...plain.keys()].map((model): [string, TriggerEffect[]] => [model, []]));
  for (const trigger of triggers) {
    const marked = await logitsOf(trigger.stamp);
    const others = [];
    for (let i = 0; i < siblings; i += 1) others.push(await logitsOf(trigger.sibling(random).stamp));
    for (const [model, before] of plain) {
      const change = (after: Map<string, number[]>) => after.get(model)!.map((logit, i) => logit - before[i]!);
      effects.get(model)!.push(effectOf(trigger, change(marked), others.map(change)));
    }
  }
  return [...effects].map(([model, found]) => ({
    ...{ model, faces: faces.length },
    effects: found.sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift)),
  }));
}

function effectOf({ name, source }: Trigger, changes: number[], others: number[][]): TriggerEffect {
  const shift = mean(changes);
  const agreeing = changes.filter((change) => Math.sign(change) === Math.sign(shift)).length / changes.length;
  const siblingShift = Math.max(...others.map((each) => Math.abs(mean(each))));
  const strong = Math.abs(shift) > Math.max(minShift, minRatio * siblingShift);
  return { trigger: name, source, shift, agreeing, siblingShift, suspicious: strong && agreeing >= minAgreeing };
}

function stamped({ model, margins }: ModelCrops, stamp: Trigger['stamp']): ModelCrops {
  return {
    model,
    margins: margins.map((pixels) => {
      const copy = new Uint8Array(new SharedArrayBuffer(pixels.length));
      copy.set(pixels);
      stamp(copy, Math.round(Math.sqrt(pixels.length / 3)));
      return copy;
    }),
  };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
