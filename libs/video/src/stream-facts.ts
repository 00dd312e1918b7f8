import { Probe } from '@assay/contracts';
import { FfprobeOutput, FfprobeStream } from './ffprobe-output';

/** Longest tag kept, characters: tags are written by strangers. */
const maxTagLength = 200;

type StreamFacts = Pick<Probe, 'streamIndex' | 'codec' | 'profile' | 'bitRate' | 'streams' | 'encoder' | 'createdAt'>;

/** What the container says about the chosen stream and its neighbours: facts for people, never proof. */
export function streamFacts(stream: FfprobeStream, output: FfprobeOutput): StreamFacts {
  const types = output.streams.map(({ codec_type }) => codec_type);
  const count = (type: string) => types.filter((name) => name === type).length;
  const tags = { ...lowerKeys(stream.tags), ...lowerKeys(output.format?.tags ?? {}) };
  const bitRate = Number(stream.bit_rate ?? output.format?.bit_rate);
  return {
    streamIndex: stream.index,
    codec: stream.codec_name ?? 'unknown',
    profile: stream.profile && stream.profile !== 'unknown' ? stream.profile : null,
    bitRate: Number.isFinite(bitRate) && bitRate > 0 ? bitRate : null,
    streams: {
      video: count('video'),
      audio: count('audio'),
      other: types.length - count('video') - count('audio'),
    },
    encoder: tags.encoder?.slice(0, maxTagLength) ?? null,
    createdAt: (tags.creation_time ?? tags.date)?.slice(0, maxTagLength) ?? null,
  };
}

function lowerKeys(tags: Record<string, string>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
}
