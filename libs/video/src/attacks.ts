import type { Alteration } from './cut-region';

/** To two thirds and back: filled up to where that is whole, and the filling cut off again. */
const resample =
  'split[whole][part];[part]pad=ceil(iw/6)*6:ceil(ih/6)*6,scale=iw*2/3:ih*2/3:flags=lanczos,' +
  'scale=iw*3/2:ih*3/2:flags=lanczos[soft];[whole][soft]overlay';

/**
 * What somebody can do to a forged video, without knowing the detector, so that it passes: one strength each, chosen so
 * that a viewer would hardly mind. Filters are ffmpeg's and work on whole frames.
 */
const filters = {
  /**
   * Laundering: takes away fine traces of a generator. GANprintR (Neves et al. 2020) trains an autoencoder for that;
   * these are plain filters, and not GANprintR.
   */
  'laundering:resample': resample,
  'laundering:median': 'median=radius=1:planes=7',
  'laundering:denoise': 'hqdn3d=luma_spatial=4:chroma_spatial=3:luma_tmp=6:chroma_tmp=4.5',
  /** Beauty filter: smooths skin and keeps edges, on luma (bilateral filter; Tomasi & Manduchi 1998). */
  beauty: 'bilateral=sigmaS=4:sigmaR=0.06:planes=1',
  /** Make-up: lips and cheeks redder and a little darker; what is not red stays as it is. */
  makeup: 'selectivecolor=reds=-0.15 0.25 0.1 0.1',
} as const;

export type VideoAttack = keyof typeof filters;
export const videoAttackNames = Object.keys(filters) as VideoAttack[];

/** One attack, for `cutRegion`; encoded as a plain cut is. */
export const attackAlteration = (attack: VideoAttack): Alteration => ({ filter: filters[attack], crf: null });
