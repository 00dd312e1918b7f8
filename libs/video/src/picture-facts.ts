import { Probe } from '@assay/contracts';
import { FfprobeStream, ratio, type SideData } from './ffprobe-output';

/** Aspect ratios of a single pixel that occur; anything else is a broken header. 2.4 is the widest of the standards. */
const pixelAspect = { min: 0.25, max: 4 };
/** From this many lines up, unmarked YUV is taken as BT.709, as players do. */
const hdLines = 720;
/** A display matrix further than this from a quarter turn is noise that players ignore, degrees. */
const rotationToleranceDegrees = 10;

type PictureFacts = Pick<
  Probe,
  | 'pixelFormat'
  | 'bitDepth'
  | 'hasAlpha'
  | 'colorMatrix'
  | 'fullRange'
  | 'hdr'
  | 'interlaced'
  | 'rotation'
  | 'mirrored'
  | 'codedWidth'
  | 'codedHeight'
  | 'width'
  | 'height'
>;

/** Size, orientation and colour of a stream as they have to be treated for display. */
export function pictureFacts(stream: FfprobeStream, frameMatrix?: SideData): PictureFacts {
  const pixelFormat = stream.pix_fmt ?? 'unknown';
  const matrix = frameMatrix ?? matrixAmong(stream.side_data_list);
  // Old files have only the tag, which counts clockwise; the matrix counts counter-clockwise.
  const rotation = clockwiseQuarterTurn(matrix?.rotation ?? -(Number(stream.tags.rotate ?? 0) || 0));
  const square = squarePixelSize(stream);
  const turned = rotation === 90 || rotation === 270;
  return {
    pixelFormat,
    bitDepth: bitDepth(stream),
    hasAlpha: /^(rgba|argb|bgra|abgr|yuva|gbrap|ya8|ya16|pal8|ayuv|vuya)/.test(pixelFormat),
    colorMatrix: colorMatrix(stream),
    fullRange: stream.color_range === 'pc' || /^yuvj|^(rgb|bgr|gbr|argb|abgr|pal8|gray|mono|ya)/.test(pixelFormat),
    ...hdrOf(stream),
    interlaced: /^(tt|bb|tb|bt)$/.test(stream.field_order ?? ''),
    rotation,
    ...(matrix && isMirror(matrix) ? { mirrored: true } : {}),
    codedWidth: stream.width,
    codedHeight: stream.height,
    width: turned ? square.height : square.width,
    height: turned ? square.width : square.height,
  };
}

function hdrOf({ color_transfer }: FfprobeStream): Pick<Probe, 'hdr'> {
  if (color_transfer === 'arib-std-b67') return { hdr: 'hlg' };
  return color_transfer === 'smpte2084' ? { hdr: 'pq' } : {};
}

function bitDepth(stream: FfprobeStream): number {
  const named = /(?:p|gray|ya|rgb|bgr|rgba|gbrap?|x2rgb)(9|10|12|14|16|48|64)(?:le|be)$/.exec(
    stream.pix_fmt ?? '',
  )?.[1];
  // rgb48 and rgba64 name the bits of a whole pixel.
  if (named === '48' || named === '64') return 16;
  return named === undefined ? stream.bits_per_raw_sample || 8 : Number(named);
}

/** Pixels that are not square are stretched along the width, as players do. */
function squarePixelSize(stream: FfprobeStream): { width: number; height: number } {
  const aspect = ratio(stream.sample_aspect_ratio);
  const usable = aspect >= pixelAspect.min && aspect <= pixelAspect.max ? aspect : 1;
  return { width: Math.max(1, Math.round(stream.width * usable)), height: stream.height };
}

/** Of a stream, or of a picture with an EXIF orientation. */
export const matrixAmong = (data: SideData[]): SideData | undefined =>
  data.find(({ rotation }) => rotation !== undefined);

/** What ffprobe calls the rotation says nothing of a mirror, which shows in the sign of the determinant. */
function isMirror({ displaymatrix }: SideData): boolean {
  const rows = (displaymatrix ?? '').trim().split('\n').map((row) => row.replace(/^[^:]*:/, '').trim().split(/\s+/).map(Number)); // prettier-ignore
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = rows;
  return a * d - b * c < 0;
}

function clockwiseQuarterTurn(counterClockwise: number): number {
  const quarters = Math.round(-counterClockwise / 90);
  if (Math.abs(-counterClockwise - quarters * 90) > rotationToleranceDegrees) return 0;
  return (((quarters % 4) + 4) % 4) * 90;
}

function colorMatrix(stream: FfprobeStream): Probe['colorMatrix'] {
  const space = stream.color_space ?? '';
  if (space === 'gbr' || /^(rgb|bgr|gbr|argb|abgr|pal8|0rgb|0bgr)/.test(stream.pix_fmt ?? '')) return 'rgb';
  if (space.startsWith('bt2020')) return 'bt2020';
  if (space === 'bt709') return 'bt709';
  if (/^(bt470bg|smpte170m|fcc)$/.test(space)) return 'bt601';
  if (hdrOf(stream).hdr) return 'bt2020';
  return stream.height >= hdLines ? 'bt709' : 'bt601';
}
