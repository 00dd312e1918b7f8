import type { Probe } from '@assay/contracts';

/** Light of diffuse white in an HDR picture, cd/m2 (ITU-R BT.2408): what a picture of ordinary range shows as its white. */
const whiteNits = 203;
/** Peak of the display that HLG is made for, cd/m2, and the exponent between scene and display that goes with it (ITU-R BT.2100). */
const hlgPeakNits = 1000;
const hlgSystemGamma = 1.2;
/** Light up to here stays as it is; what is brighter is pressed together below white, smoothly. */
const knee = 0.6;
/** Exponent of the display that ordinary video is made for (ITU-R BT.1886). */
const displayGamma = 2.4;
/** BT.2020 to BT.709 in linear light (ITU-R BT.2087), rows red, green, blue. */
const toBt709 = [
  [1.6605, -0.5876, -0.0728],
  [-0.1246, 1.1329, -0.0083],
  [-0.0182, -0.1006, 1.1187],
] as const;

/**
 * Filters that bring an RGB picture of high dynamic range (phones film so by default) to the range and the colours of
 * ordinary video, as which everything behind the decoder takes it: without them faces are grey and have a cast.
 *
 * Tables over 16 bits and a matrix: filters that every ffmpeg has, on integers. HLG's exponent is applied to each channel and
 * not to luminance: colours of bright parts differ a little.
 */
export function toneMap({ hdr, hasAlpha }: Pick<Probe, 'hdr' | 'hasAlpha'>): string[] {
  if (hdr === undefined) return [];
  const light = hdr === 'hlg' ? hlgLight : pqLight;
  // The registers of an expression: 0 holds light in units of white.
  const toLight = `st(0,${light});65535*if(lte(ld(0),${knee}),ld(0),${knee}+${1 - knee}*(1-exp((${knee}-ld(0))/${1 - knee})))`;
  const toSignal = `65535*pow(val/65535,1/${displayGamma})`;
  const matrix = ['r', 'g', 'b'].flatMap((to, i) => ['r', 'g', 'b'].map((from, j) => `${to}${from}=${toBt709[i]![j]}`));
  return [
    hasAlpha ? 'format=gbrap16le' : 'format=gbrp16le',
    table(toLight),
    `colorchannelmixer=${matrix.join(':')}`,
    table(toSignal),
  ];
}

const table = (expression: string): string => `lutrgb=r='${expression}':g='${expression}':b='${expression}'`;

/** ITU-R BT.2100, table 5: inverse of HLG's transfer function, then its display's exponent. */
const hlgLight =
  `pow(if(lte(val/65535,0.5),pow(val/65535,2)/3,(exp((val/65535-0.55991073)/0.17883277)+0.28466892)/12),${hlgSystemGamma})` +
  `*${hlgPeakNits / whiteNits}`;

/** ITU-R BT.2100, table 4 (SMPTE ST 2084). */
const pqLight =
  `st(1,pow(val/65535,1/78.84375));` +
  `pow(max(ld(1)-0.8359375,0)/(18.8515625-18.6875*ld(1)),1/0.1593017578125)*${10_000 / whiteNits}`;
