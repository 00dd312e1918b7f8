import { FfprobeStream } from './ffprobe-output';
import { MediaInput } from './input-arguments';
import { readPackets } from './read-packets';
import { Sniffed } from './sniff';

/** Larger files are mostly long ones, of which a probe reads head and tail alone, bytes. */
const maxBytes = 128 * 1024 ** 2;
/** A file of that size comes off a slow disk in seconds, ms. */
const timeoutMs = 120_000;

/** A pass over the packets of a file's first video stream that runs while ffprobe still describes the file. */
export interface PacketsAhead {
  /** The pass, if there is one and `stream` is what it reads. */
  of(stream: FfprobeStream, all: readonly FfprobeStream[]): ReturnType<typeof readPackets> | null;
  /** Ends a pass that nobody wanted. */
  close(): Promise<void>;
}

/**
 * Most files are short clips whose first video stream is the one to scan: then both passes cost the time of the longer one.
 */
export function openPacketsAhead(
  input: MediaInput,
  { kind, bytes, maxPixels }: Pick<Sniffed, 'kind'> & { bytes: number; maxPixels: number },
  signal: AbortSignal,
): PacketsAhead {
  if (kind === 'still' || bytes > maxBytes) return { of: () => null, close: async () => undefined };
  const unwanted = new AbortController();
  const stop = AbortSignal.any([signal, unwanted.signal]);
  const reading = readPackets(input, { streamIndex: 'v:0', maxPixels, timeoutMs }, stop);
  const ended = reading.then(
    () => undefined,
    () => undefined,
  );
  return {
    of: ({ index }, all) => (all.find(({ codec_type }) => codec_type === 'video')?.index === index ? reading : null),
    async close() {
      unwanted.abort();
      await ended;
    },
  };
}
