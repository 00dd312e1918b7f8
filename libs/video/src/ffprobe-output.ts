import { z } from 'zod';

const Text = z.string().optional().catch(undefined);
const Count = z.coerce.number().int().nonnegative().catch(0);

/** `displaymatrix` as ffprobe prints it: rows of an address and three numbers. */
const SideData = z.object({ rotation: z.coerce.number().optional().catch(undefined), displaymatrix: Text });
export type SideData = z.infer<typeof SideData>;

/** The part of ffprobe's `-show_streams` that is used; a field that is missing or odd reads as absent. */
export const FfprobeStream = z.object({
  index: z.number().int().nonnegative(),
  codec_type: Text,
  codec_name: Text,
  profile: Text,
  width: Count,
  height: Count,
  pix_fmt: Text,
  bits_per_raw_sample: Count,
  field_order: Text,
  sample_aspect_ratio: Text,
  color_range: Text,
  color_space: Text,
  color_transfer: Text,
  avg_frame_rate: Text,
  r_frame_rate: Text,
  duration: Text,
  bit_rate: Text,
  disposition: z.object({ default: Count, attached_pic: Count, timed_thumbnails: Count }).partial().catch({}),
  tags: z.record(z.string(), z.string()).catch({}),
  side_data_list: z.array(SideData).catch([]),
});
export type FfprobeStream = z.infer<typeof FfprobeStream>;

/** ffprobe's JSON answer; `frames` only where a picture was asked for. */
export const FfprobeOutput = z.object({
  streams: z.array(FfprobeStream).catch([]),
  format: z
    .object({
      format_name: z.string(),
      nb_streams: Count,
      duration: Text,
      bit_rate: Text,
      tags: z.record(z.string(), z.string()).catch({}),
    })
    .optional()
    .catch(undefined),
  frames: z.array(z.object({ side_data_list: z.array(SideData).catch([]) })).catch([]),
});
export type FfprobeOutput = z.infer<typeof FfprobeOutput>;

/** `30000/1001`, `4:3` or `12.5` as a number; 0 for anything that is not a positive number. */
export function ratio(text: string | undefined): number {
  const [above, below = '1'] = (text ?? '').split(/[/:]/);
  const value = Number(above) / Number(below);
  return Number.isFinite(value) && value > 0 ? value : 0;
}
