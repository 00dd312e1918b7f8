import { type FrameHash, hashFromHex, hashToHex, type KnownItem } from '@assay/fingerprint';
import { z } from 'zod';

/**
 * One row of a hash list. Columns and signal types are those of `threatexchange dataset --print-signals --csv`
 * (python-threatexchange); `name` is ours, and readers that look for columns by name pass over it.
 */
export const SignalRow = z.object({
  collab: z.string().default(''),
  signal_type: z.string(),
  signal_str: z.string(),
  category: z.string().default(''),
  tags: z.string().default(''),
  name: z.string().default(''),
});
export type SignalRow = z.infer<typeof SignalRow>;

export const signalColumns = ['collab', 'signal_type', 'signal_str', 'category', 'tags', 'name'] as const;

/** What is known of a file: its looks, or the digest of its bytes. */
export type Signal = KnownItem | { name: string; type: 'video_md5'; md5: string };

/** Digits of a second. */
const secondsDigits = 3;
/** A lone hash comes without its quality; whoever put it on a list looked at that. */
const unknownQuality = 100;

const VpdqFeatures = z.array(
  z.string().regex(/^[0-9a-f]{64},\d{1,3},\d+(\.\d+)?$/i, 'must be "hash,quality,timestamp"'),
);

/** Text of a signal: hex digits, or for `vpdq` a JSON list of `hash,quality,timestamp`, as python-threatexchange has it. */
export function toSignalRow(signal: Signal): SignalRow {
  return {
    collab: 'assay',
    signal_type: signal.type,
    signal_str: signalText(signal),
    category: '',
    tags: '',
    name: signal.name,
  };
}

function signalText(signal: Signal): string {
  if (signal.type === 'video_md5') return signal.md5;
  if (signal.type === 'pdq') return signal.frames.map(({ hash }) => hashToHex(hash)).join('');
  return JSON.stringify(
    signal.frames.map(({ hash, quality, seconds }) => {
      return `${hashToHex(hash)},${quality},${seconds.toFixed(secondsDigits)}`;
    }),
  );
}

/**
 * Reads a row. Null for signal types that say nothing about pictures or video (`url`, `trend_query` ...).
 *
 * @throws Error that says what is wrong with the signal
 */
export function fromSignalRow(row: SignalRow, fallbackName: string): Signal | null {
  const name = row.name || row.tags || fallbackName;
  const text = row.signal_str.trim();
  switch (row.signal_type) {
    case 'pdq':
      return {
        name,
        type: 'pdq',
        frames: [{ frame: 0, seconds: 0, quality: unknownQuality, hash: hashFromHex(text) }],
      };
    case 'vpdq':
      return { name, type: 'vpdq', frames: VpdqFeatures.parse(JSON.parse(text)).map(toFrame) };
    case 'video_md5':
      if (!/^[0-9a-f]{32}$/i.test(text)) throw new Error('an MD5 has 32 hexadecimal digits');
      return { name, type: 'video_md5', md5: text.toLowerCase() };
    default:
      return null;
  }
}

/** The compact text leaves frame numbers out: the place in the list stands for it. */
function toFrame(feature: string, place: number): FrameHash {
  const [hex = '', quality, seconds] = feature.split(',');
  return { frame: place, quality: Number(quality), seconds: Number(seconds), hash: hashFromHex(hex) };
}
