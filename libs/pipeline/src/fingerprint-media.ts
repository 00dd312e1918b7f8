import { accepted, defaultMediaLimits, type MediaLimits, type Outcome, type Probe } from '@assay/contracts';
import { type FrameHash, pdqHash } from '@assay/fingerprint';
import { probeMedia, sampleLuma } from '@assay/video';

/** What a media file looks like, in hashes that survive re-encoding. */
export interface Fingerprint {
  kind: Probe['kind'];
  durationSeconds: number;
  /** One for a still. */
  frames: FrameHash[];
  /** Why the frames end early; null where the file was read without a fault. */
  error: string | null;
}

export interface FingerprintOptions {
  limits?: MediaLimits;
  secondsPerHash?: number;
}

const defaultSecondsPerHash = 1;
/**
 * Larger pictures are brought down to this before hashing, so that memory is bounded. Up to 1080p nothing is scaled: hashes
 * of lists made elsewhere come from whole pictures, and scaling moves a hash by 10 bits of the 31 that a match may have
 * (median; 26 at most when brought down to 512 px), px.
 */
const maxSidePx = 1920;

/**
 * Fingerprint of a video (vPDQ) or a still (PDQ).
 *
 * @returns the fingerprint, or why the file can't be looked at
 * @throws the abort reason, or an Error when a tool can't be started
 */
export async function fingerprintMedia(
  path: string,
  { limits = defaultMediaLimits, secondsPerHash = defaultSecondsPerHash }: FingerprintOptions,
  signal: AbortSignal,
): Promise<Outcome<Fingerprint>> {
  const probed = await probeMedia(path, limits, signal);
  if (!probed.ok) return probed;
  const { probe } = probed.value;
  const frames: FrameHash[] = [];
  const samples = sampleLuma(path, probe, { everySeconds: secondsPerHash, maxSidePx }, signal);
  const { kind, durationSeconds } = probe;
  for (;;) {
    const next = await samples.next();
    if (next.done) return accepted({ kind, durationSeconds, frames, error: next.value.error });
    const { frame, seconds } = next.value;
    frames.push({ frame, seconds, ...pdqHash(next.value) });
  }
}
