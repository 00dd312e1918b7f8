import { EvidencePicture } from '../look-context';
import { CropMap } from './face-regions';
import { drawOverlay } from './overlay';

/** Side of an evidence picture, px: large enough to look at beside the video. */
const pictureSide = 384;
const jpegQuality = 88;

/** A face crop to keep: RGB24, `size` x `size`, with what a detector drew over it. */
export interface EvidenceFace {
  /** `s0-t1-000123`: segment, track, milliseconds. */
  stem: string;
  rgb: Uint8Array;
  size: number;
  map: CropMap | null;
}

/** Name without ending of a face's evidence. */
export function evidenceStem(segment: number, track: number, seconds: number): string {
  return `s${segment}-t${track}-${String(Math.max(0, Math.round(seconds * 1000))).padStart(6, '0')}`;
}

export const cropName = (stem: string) => `${stem}.jpg`;
export const overlayName = (stem: string) => `${stem}-overlay.jpg`;

/** Loaded when first needed: reading a verdict or a plan must not pay for an image library. */
export async function loadSharp(): Promise<(typeof import('sharp'))['default']> {
  const { default: sharp } = await import('sharp');
  // The pictures are small: sharing one among threads costs several times what it saves.
  sharp.concurrency(1);
  return sharp;
}

/** The crop as JPEG and, where a detector drew a map, the crop with the map drawn over it. */
export async function evidencePictures({ stem, rgb, size, map }: EvidenceFace): Promise<EvidencePicture[]> {
  const sharp = await loadSharp();
  const large = await sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .resize(pictureSide, pictureSide, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  const jpeg = (pixels: Uint8Array) =>
    sharp(pixels, { raw: { width: pictureSide, height: pictureSide, channels: 3 } })
      .jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4' })
      .toBuffer();
  const [crop, overlay] = await Promise.all([jpeg(large), map && jpeg(drawOverlay(large, pictureSide, map))]);
  return [{ name: cropName(stem), jpeg: crop }, ...(overlay ? [{ name: overlayName(stem), jpeg: overlay }] : [])];
}
