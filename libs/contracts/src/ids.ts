import { z } from 'zod';

const sha256 = () => z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

/** SHA-256, lower-case hex. */
export const Sha256 = sha256();
/** SHA-256 of the media's bytes, lower-case hex: the same content is one media item. */
export const MediaId = sha256();
export type MediaId = z.infer<typeof MediaId>;

/**
 * `sc_` and 32 hex digits, derived from media, policy, options and model set, so that asking twice gives the
 * same scan. No ':' because BullMQ refuses it in job ids.
 */
export const ScanId = z.string().regex(/^sc_[0-9a-f]{32}$/, 'must look like sc_ and 32 hex digits');
export type ScanId = z.infer<typeof ScanId>;
