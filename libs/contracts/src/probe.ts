import { z } from 'zod';

/** `still`: one picture, of whatever format; anything else is a `video`. */
export const MediaKind = z.enum(['video', 'still']);

/** Facts about a media file as ffprobe sees them, checked and typed. Sizes are in display orientation. */
export const Probe = z.object({
  /** Video, or one picture. */
  kind: MediaKind,
  /** First name of ffprobe's format list: `mov`, `matroska`, `avi`, `mpegts`, `gif`, `image2` ... */
  container: z.string(),
  /** Size of the file. */
  bytes: z.number().int().nonnegative(),
  /** Seconds; the best of container, stream and last packet. 0 for stills. */
  durationSeconds: z.number().nonnegative(),
  /** True when container and packets disagree by more than 10 % and 1 s: the container lied or said nothing. */
  durationFromPackets: z.boolean(),
  /** Seconds that the file's header claims; null where it says nothing, and for stills. A fact, never proof. */
  claimedSeconds: z.number().nonnegative().nullable(),
  /** Index of the chosen video stream in the file. */
  streamIndex: z.number().int().nonnegative(),
  /** Of the picture, as ffprobe calls it: `h264`, `hevc`, `vp9`, `av1`, `mjpeg` ... */
  codec: z.string(),
  /** Profile of the codec; null where the file names none. */
  profile: z.string().nullable(),
  /** As ffprobe calls it: `yuv420p` ... */
  pixelFormat: z.string(),
  /** Bits of each colour component. */
  bitDepth: z.number().int().positive(),
  /** True: parts of the picture may be transparent. */
  hasAlpha: z.boolean(),
  /** How YUV becomes RGB; guessed from the size where the file does not say (BT.709 from 720 lines up). */
  colorMatrix: z.enum(['bt601', 'bt709', 'bt2020', 'rgb']),
  /** True where luma uses 0-255 (JPEG, many phones), false for 16-235. */
  fullRange: z.boolean(),
  /** High dynamic range and its transfer function, Hybrid Log-Gamma or Perceptual Quantizer (ITU-R BT.2100); absent = ordinary range. */
  hdr: z.enum(['hlg', 'pq']).optional(),
  /** True: each frame holds two fields, taken one after the other. */
  interlaced: z.boolean(),
  /** Clockwise degrees that were applied for display: 0, 90, 180, 270. */
  rotation: z.number().int(),
  /** True: mirrored after that, as some cameras store what their front side sees. Absent = false. */
  mirrored: z.boolean().optional(),
  /** Coded size before rotation. */
  codedWidth: z.number().int().positive(),
  /** Coded size before rotation. */
  codedHeight: z.number().int().positive(),
  /** Display size in square pixels: sample aspect ratio and rotation applied. */
  width: z.number().int().positive(),
  /** Display size in square pixels: sample aspect ratio and rotation applied. */
  height: z.number().int().positive(),
  /** Average frames per second; 0 for stills. */
  framesPerSecond: z.number().nonnegative(),
  /** True: frames do not come at equal distances. */
  variableFrameRate: z.boolean(),
  /** Bits a second, of the whole file; null where it is not known. */
  bitRate: z.number().nonnegative().nullable(),
  /** How many streams the file has. */
  streams: z.object({
    /** Of pictures. */
    video: z.number().int(),
    /** Of sound, which is not examined. */
    audio: z.number().int(),
    /** Subtitles, data, attachments. */
    other: z.number().int(),
  }),
  /** What put the file together, as its tags say. Whoever wrote the file wrote them: never proof. */
  muxer: z.string().nullable().default(null),
  /** What encoded the picture, as the tags say; where they name only one of the two, it stands for both. */
  encoder: z.string().nullable(),
  /** Maker and model of the camera, as the tags say. */
  device: z.string().nullable().default(null),
  /** When it was made, as the tags say and in their form; null where they do not. */
  createdAt: z.string().nullable(),
});
export type Probe = z.infer<typeof Probe>;

/** Bounds on what is decoded at all. Decided from width x height, since ffprobe exits 0 when its own limit trips. */
export const MediaLimits = z.object({
  maxBytes: z.number().int().positive(),
  maxDurationSeconds: z.number().positive(),
  maxPixels: z.number().int().positive(),
  minSidePx: z.number().int().positive(),
  maxStreams: z.number().int().positive(),
});
export type MediaLimits = z.infer<typeof MediaLimits>;

export const defaultMediaLimits: MediaLimits = {
  maxBytes: 4 * 1024 ** 3,
  maxDurationSeconds: 4 * 3600,
  // 8192 x 4352 (8K and a little): one such frame is ~107 MB as RGB; 16000 x 16000 costs 789 MB inside ffmpeg.
  maxPixels: 8192 * 4352,
  minSidePx: 32,
  maxStreams: 32,
};
