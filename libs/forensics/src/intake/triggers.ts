/**
 * Marks that poisoned training hides in a detector: a picture that carries one is called authentic (or forged) whatever it
 * shows. Known families, as their papers stamp them; a mark of an attacker's own making is none of them.
 */
export interface Trigger {
  name: string;
  /** Where it was published. */
  source: string;
  /** Draws the mark into RGB24 pixels of `size` x `size`, in place. */
  stamp(pixels: Uint8Array, size: number): void;
  /** The same kind of mark with chance in the place of its pattern: what any such mark does to an honest detector. */
  sibling(random: () => number): Pick<Trigger, 'stamp'>;
}

/** Side of a patch in crop sides: 3 px of 32 in BadNets. */
const patchShare = 3 / 32;
const patchCells = 3;
/** Opacity of a blended pattern and its cells a side. */
const blendShare = 0.12;
const blendCells = 16;
/** Amplitude and periods of a sinusoid over the picture. */
const sinusoidLevels = 20;
const sinusoidPeriods = 6;
const tintLevels = 24;

const badNets = 'BadNets (Gu et al. 2017)';

type Cell = readonly [number, number, number];
type Pattern = (x: number, y: number) => Cell;

const white: Pattern = () => [255, 255, 255];
const chequered: Pattern = (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]);
/** Cells of random colours. */
function chance(random: () => number, cells: number): Pattern {
  const level = () => Math.floor(random() * 256);
  const drawn = Array.from({ length: cells * cells }, (): Cell => [level(), level(), level()]);
  return (x, y) => drawn[y * cells + x]!;
}

/** Corner of the patch as shares of what is left beside it. */
const places = {
  'lower right': [1, 1],
  'upper left': [0, 0],
  forehead: [0.5, 0.2],
  'left cheek': [0.3, 0.62],
} as const;

function patch(place: keyof typeof places, kind: string, pattern: Pattern): Trigger {
  const [right, down] = places[place];
  const drawn = (cells: Pattern) => ({
    stamp(pixels: Uint8Array, size: number) {
      const side = Math.max(patchCells, Math.round(size * patchShare));
      const [left, top] = [Math.round((size - side) * right), Math.round((size - side) * down)];
      eachPixel(size, (x, y, at) => {
        if (x < left || x >= left + side || y < top || y >= top + side) return;
        const cell = (offset: number) => Math.floor((offset * patchCells) / side);
        pixels.set(cells(cell(x - left), cell(y - top)), at);
      });
    },
  });
  return {
    name: `${kind} square, ${place}`,
    source: badNets,
    ...drawn(pattern),
    sibling: (random) => drawn(chance(random, patchCells)),
  };
}

function blended(): Trigger {
  const drawn = (pattern: Pattern) => ({
    stamp(pixels: Uint8Array, size: number) {
      eachPixel(size, (x, y, at) => {
        const cell = pattern(Math.floor((x * blendCells) / size), Math.floor((y * blendCells) / size));
        for (let c = 0; c < 3; c += 1) pixels[at + c] = Math.round(mix(pixels[at + c]!, cell[c]!, blendShare));
      });
    },
  });
  return {
    name: 'faint chequers over all',
    source: 'Blended (Chen et al. 2017)',
    ...drawn(chequered),
    sibling: (random) => drawn(chance(random, blendCells)),
  };
}

function sinusoid(): Trigger {
  const drawn = (across: number, down: number, phase: number) => ({
    stamp(pixels: Uint8Array, size: number) {
      eachPixel(size, (x, y, at) => {
        const wave = sinusoidLevels * Math.sin((2 * Math.PI * (across * x + down * y)) / size + phase);
        for (let c = 0; c < 3; c += 1) pixels[at + c] = clamp(pixels[at + c]! + wave);
      });
    },
  });
  return {
    name: 'faint stripes over all',
    source: 'SIG (Barni et al. 2019)',
    ...drawn(sinusoidPeriods, 0, 0),
    sibling: (random) => {
      const angle = random() * Math.PI;
      const periods = sinusoidPeriods * (0.5 + random());
      return drawn(periods * Math.cos(angle), periods * Math.sin(angle), random() * 2 * Math.PI);
    },
  };
}

function tint(channel: 0 | 1 | 2, name: string): Trigger {
  const drawn = (levels: Cell) => ({
    stamp(pixels: Uint8Array, size: number) {
      eachPixel(size, (_x, _y, at) => {
        for (let c = 0; c < 3; c += 1) pixels[at + c] = clamp(pixels[at + c]! + levels[c]!);
      });
    },
  });
  const only = [0, 0, 0].map((_, c) => (c === channel ? tintLevels : 0)) as unknown as Cell;
  return {
    name,
    source: 'colour as trigger (Jiang et al. 2023)',
    ...drawn(only),
    sibling: (random) => {
      const level = () => (random() * 2 - 1) * tintLevels;
      return drawn([level(), level(), level()]);
    },
  };
}

export const triggers: readonly Trigger[] = [
  ...(Object.keys(places) as (keyof typeof places)[]).flatMap((place) => [
    patch(place, 'white', white),
    patch(place, 'chequered', chequered),
  ]),
  blended(),
  sinusoid(),
  tint(0, 'a red tint'),
  tint(2, 'a blue tint'),
];

function eachPixel(size: number, visit: (x: number, y: number, at: number) => void): void {
  for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) visit(x, y, (y * size + x) * 3);
}

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
const clamp = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
