import type { HashListRow } from '@assay/contracts';
import { type FrameHash, hashFromHex, hashToHex } from '@assay/fingerprint';
import { z } from 'zod';

/** Columns of a hash list; `name` is ours, and readers that look for columns by name pass over it. */
export const signalColumns = ['collab', 'signal_type', 'signal_str', 'category', 'tags', 'name'] as const;

/** What is known of a file: its looks, or the digest of its bytes. */
export type Signal = LookSignal | BytesSignal;
export interface LookSignal {
  name: string;
  type: 'pdq' | 'vpdq';
  frames: FrameHash[];
}
export interface BytesSignal {
  name: string;
  type: 'video_md5' | 'photo_md5';
  md5: string;
}

export const isBytesSignal = (signal: Signal): signal is BytesSignal =>
  signal.type === 'video_md5' || signal.type === 'photo_md5';

/** Digits of a second. */
const secondsDigits = 3;
/** A lone hash comes without its quality; whoever put it on a list looked at that. */
const unknownQuality = 100;

/** As python-threatexchange writes it now, a list of `hash,quality,timestamp` ... */
const VpdqFeatures = z.array(
  z.string().regex(/^[0-9a-f]{64},\d{1,3},\d+(\.\d+)?$/i, 'must be "hash,quality,timestamp"'),
);
/** ... and as it did before, by number of the frame. */
const VpdqByFrame = z.record(
  z.string().regex(/^\d+$/),
  z.object({ quality: z.number().int().min(0).max(100), hash: z.string(), timestamp: z.number().min(0) }),
);

/** Text of a signal: hex digits, or for `vpdq` a JSON list of `hash,quality,timestamp`, as python-threatexchange has it. */
export function toSignalRow(signal: Signal, opinion: { category?: string; tags?: string } = {}): HashListRow {
  return {
    collab: 'assay',
    signal_type: signal.type,
    signal_str: signalText(signal),
    category: opinion.category ?? '',
    tags: opinion.tags ?? '',
    name: signal.name,
  };
}

function signalText(signal: Signal): string {
  if (isBytesSignal(signal)) return signal.md5;
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
export function fromSignalRow(row: HashListRow, fallbackName: string): Signal | null {
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
      return { name, type: 'vpdq', frames: vpdqFrames(JSON.parse(text)) };
    case 'video_md5':
    case 'photo_md5':
      if (!/^[0-9a-f]{32}$/i.test(text)) throw new Error('an MD5 has 32 hexadecimal digits');
      return { name, type: row.signal_type, md5: text.toLowerCase() };
    default:
      return null;
  }
}

function vpdqFrames(features: unknown): FrameHash[] {
  if (Array.isArray(features)) return VpdqFeatures.parse(features).map(toFrame);
  const frames = Object.entries(VpdqByFrame.parse(features)).map(([frame, { quality, hash, timestamp }]) => ({
    ...{ frame: Number(frame), quality, seconds: timestamp },
    hash: hashFromHex(hash),
  }));
  return frames.sort((a, b) => a.seconds - b.seconds);
}

/** The compact text leaves frame numbers out: the place in the list stands for it. */
function toFrame(feature: string, place: number): FrameHash {
  const [hex = '', quality, seconds] = feature.split(',');
  return { frame: place, quality: Number(quality), seconds: Number(seconds), hash: hashFromHex(hex) };
}
