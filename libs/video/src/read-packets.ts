import { ToolEnd } from './ffmpeg-process';
import { MediaInput, formatWhitelist, guardArguments } from './input-arguments';
import { readToolLines } from './run-tool';

/** When each packet of the video stream is shown, in file order. The three arrays have the same length. */
export interface Packets {
  /** Container time, seconds; the decode time where the container has no presentation time (AVI). */
  pts: number[];
  /** Decode time, seconds; the presentation time where the container has none. */
  dts: number[];
  key: boolean[];
  /** False for packets that are decoded but not shown: the container cuts them off (an edit list). */
  shown: boolean[];
  /** Seconds that the last packet is shown; 0 where unknown. */
  lastDuration: number;
}

/** 4 hours at 120 frames a second; a file with more is read up to here. Bounds the memory of a pass to some 60 MB. */
const maxPackets = 1_800_000;

/**
 * Demuxes the video stream without decoding it. 10 minutes (18,000 packets) take about 0.2 s.
 *
 * @param intervals parts to read in ffprobe's `-read_intervals` syntax; without it, everything
 */
export async function readPackets(
  input: MediaInput,
  options: { streamIndex: number | 'v:0'; demuxer?: string; intervals?: string; maxPixels: number; timeoutMs: number },
  signal: AbortSignal,
): Promise<{ packets: Packets; end: ToolEnd }> {
  const packets: Packets = { pts: [], dts: [], key: [], shown: [], lastDuration: 0 };
  const args = [
    ...guardArguments(options.maxPixels),
    ...['-format_whitelist', formatWhitelist, ...(options.demuxer ? ['-f', options.demuxer] : [])],
    ...['-threads', '1', '-select_streams', String(options.streamIndex)],
    ...(options.intervals ? ['-read_intervals', options.intervals] : []),
    ...['-show_entries', 'packet=pts_time,dts_time,duration_time,flags', '-of', 'csv=p=0', '-i', input.url],
  ];
  const end = await readToolLines(
    'ffprobe',
    args,
    { timeoutMs: options.timeoutMs, maxPixels: options.maxPixels, inputFd: input.file.fd },
    signal,
    (line) => addPacket(packets, line),
  );
  return { packets, end };
}

/** Adds one line `pts,dts,duration,flags`; a packet without any time can't be asked for and is left out. */
export function addPacket(packets: Packets, line: string): void {
  if (packets.pts.length >= maxPackets) return;
  const [ptsText, dtsText, durationText, flags] = line.split(',');
  const pts = seconds(ptsText) ?? seconds(dtsText);
  if (pts === null) return;
  packets.pts.push(pts);
  packets.dts.push(seconds(dtsText) ?? pts);
  packets.key.push(flags?.startsWith('K') ?? false);
  packets.shown.push(flags?.charAt(1) !== 'D');
  packets.lastDuration = seconds(durationText) ?? packets.lastDuration;
}

function seconds(text: string | undefined): number | null {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) ? value : null;
}
