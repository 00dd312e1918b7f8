import { z } from 'zod';

/**
 * Why media got no scan. An expected end, not an exception: the item becomes a `rejected` verdict with this reason,
 * and trying again gives the same answer.
 *
 * - `empty_file`: no bytes
 * - `not_media`, `corrupt`: no video or picture, or one too damaged to be read
 * - `no_video_stream`, `no_frames`: nothing in it that can be seen
 * - `unsupported_codec`, `unsupported_container`: a format that is not read here
 * - `too_many_bytes`, `too_long`, `too_many_pixels`, `too_many_streams`, `too_much_memory`: beyond the limits of the service
 * - `too_small_picture`: below them
 * - `not_found`, `not_readable`: of `assay scan`: no such file, or one that may not be read
 * - `url_refused`, `url_failed`: of an address that was to be fetched
 */
export const RejectionCode = z.enum([
  'empty_file',
  'not_media',
  'corrupt',
  'no_video_stream',
  'no_frames',
  'unsupported_codec',
  'unsupported_container',
  'too_many_bytes',
  'too_long',
  'too_many_pixels',
  'too_small_picture',
  'too_many_streams',
  'too_much_memory',
  'not_found',
  'not_readable',
  'url_refused',
  'url_failed',
]);
export type RejectionCode = z.infer<typeof RejectionCode>;

/** Why a file was not looked at. */
export const Rejection = z.object({
  code: RejectionCode,
  /** For a person: what is wrong, and what would be accepted. */
  message: z.string(),
});
export type Rejection = z.infer<typeof Rejection>;

/** What a stage gives back: its value, or the typed reason why this item ends here. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; rejection: Rejection };

export const accepted = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const rejected = (code: RejectionCode, message: string): { ok: false; rejection: Rejection } => ({
  ok: false,
  rejection: { code, message },
});
