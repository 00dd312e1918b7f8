import type { Alteration } from './cut-region';

/**
 * The perturbation grid of DeeperForensics-1.0 (Jiang et al., CVPR 2020): seven kinds at five levels, the mildest first.
 * Numbers are those of the authors' code; how each becomes an ffmpeg filter, and where that differs, is said below.
 */
export const perturbationLevels = {
  /** Chroma times this. */
  saturation: [0.4, 0.3, 0.2, 0.1, 0.0],
  /** RGB times this. */
  contrast: [0.85, 0.725, 0.6, 0.475, 0.35],
  /** Grey blocks of 8 x 8 px for each 256 px of the shorter side, elsewhere in every frame. */
  blocks: [16, 32, 48, 64, 80],
  /** Variance of white Gaussian noise on Y, Cb and Cr, each 0..1. */
  noise: [0.001, 0.002, 0.005, 0.01, 0.05],
  /** Width of the Gaussian's kernel, px; its sigma is a sixth. */
  blur: [7, 9, 13, 17, 21],
  /** Made smaller by this and larger again: "JPEG compression" in the paper, a resampling in its code. */
  pixelation: [2, 3, 4, 5, 6],
  /** Constant rate factor of H.264. */
  compression: [30, 32, 35, 38, 40],
} as const;

export type PerturbationKind = keyof typeof perturbationLevels;
/** The mildest first. */
export const perturbationLevelNumbers = [1, 2, 3, 4, 5] as const;

export interface Perturbation {
  kind: PerturbationKind;
  level: (typeof perturbationLevelNumbers)[number];
}

const blockPx = 8;
/** `noise` takes a strength of which its Gaussian has the part 1 / sqrt(3) as its standard deviation, in steps of 255. */
const noiseStrength = (variance: number): number => Math.round(Math.sqrt(variance * 3) * 255);
/** Any, as long as it stays: the same clip is to be perturbed the same way again. */
const seed = 1;

/** One cell of the grid, for `cutRegion`: filters, or the encoder's quality where it is the encoder that perturbs. */
export function perturbationAlteration({ kind, level }: Perturbation): Alteration {
  const amount = perturbationLevels[kind][level - 1] ?? 0;
  return { filter: filterOf(kind, amount), crf: kind === 'compression' ? amount : null };
}

function filterOf(kind: PerturbationKind, amount: number): string | null {
  switch (kind) {
    case 'saturation':
      return `hue=s=${amount}`;
    case 'contrast':
      return `colorchannelmixer=rr=${amount}:gg=${amount}:bb=${amount}`;
    case 'noise':
      // Full chroma, so that the noise is on Cb and Cr as on Y; what the encoder's 4:2:0 takes of it, it took there too.
      return `format=yuv444p,noise=alls=${noiseStrength(amount)}:allf=t:all_seed=${seed}`;
    case 'blur':
      // On RGB: on half-size chroma the same sigma would blur colours twice as far.
      return `format=gbrp,gblur=sigma=${(amount / 6).toFixed(4)}`;
    case 'pixelation':
      return pixelation(amount);
    case 'blocks':
      return greyBlocks(amount);
    case 'compression':
      return null;
  }
}

/** Sides that the factor does not divide are filled up for the way down, and the filling is cut off again. */
function pixelation(factor: number): string {
  const whole = (side: string): string => `ceil(${side}/${factor})*${factor}`;
  return (
    `format=gbrp,split[sharp][part];[part]pad=${whole('iw')}:${whole('ih')},` +
    `scale=iw/${factor}:ih/${factor}:flags=bilinear,scale=iw*${factor}:ih*${factor}:flags=bilinear[coarse];` +
    '[sharp][coarse]overlay=format=gbrp'
  );
}

/**
 * A mask at an eighth of the size, one pixel a block, each grey by chance, laid over the frame at another offset each
 * time. (ffmpeg's expressions all draw the same numbers from the start, so y takes the digit after the one that x took.) So blocks do not overlap, and their number is as wanted on average. The authors' code rounds the shorter side
 * down to 256s and leaves frames below that alone; here those get their share.
 */
function greyBlocks(perSide: number): string {
  const wanted = `${perSide}*max(1,floor(min(W-1,H-1)*${blockPx}/256))`;
  const chance = `${wanted}/((W-1)*(H-1))`;
  return (
    `split[clean][part];[part]scale=trunc(iw/${blockPx})+1:trunc(ih/${blockPx})+1,format=gray,` +
    `geq=lum='255*lt(random(0),${chance})',scale=iw*${blockPx}:ih*${blockPx}:flags=neighbor,split[mask][grey];` +
    `[grey]format=yuv444p,geq=lum=128:cb=128:cr=128[grey];[grey][mask]alphamerge[blocks];` +
    `[clean][blocks]overlay=x='-floor(random(0)*${blockPx})':y='-floor(mod(random(0)*${blockPx},1)*${blockPx})':format=yuv444`
  );
}
