import { Probe } from '@assay/contracts';
import { FfprobeOutput, FfprobeStream } from './ffprobe-output';

/** Longest tag kept, characters: tags are written by strangers. */
const maxTagLength = 200;

type StreamFacts = Pick<
  Probe,
  'streamIndex' | 'codec' | 'profile' | 'bitRate' | 'streams' | 'muxer' | 'encoder' | 'device' | 'createdAt'
>;

/** What the container says about the chosen stream and its neighbours: facts for people, never proof. */
export function streamFacts(stream: FfprobeStream, output: FfprobeOutput): StreamFacts {
  const types = output.streams.map(({ codec_type }) => codec_type);
  const count = (type: string) => types.filter((name) => name === type).length;
  const ofFile = lowerKeys(output.format?.tags ?? {});
  const ofStream = lowerKeys(stream.tags);
  const tags = { ...ofStream, ...ofFile };
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
    muxer: tagText(ofFile.encoder ?? ofFile['com.apple.quicktime.software'] ?? ofFile.software),
    encoder: tagText(ofStream.encoder ?? ofFile.encoder),
    device: tagText(deviceOf(tags)),
    createdAt: tagText(tags.creation_time ?? tags.date),
  };
}

/** Phones write make and model each in a tag of its own; QuickTime's names go before the older ones. */
function deviceOf(tags: Record<string, string | undefined>): string | undefined {
  const make = tags['com.apple.quicktime.make'] ?? tags['com.android.manufacturer'] ?? tags.make;
  const model = tags['com.apple.quicktime.model'] ?? tags['com.android.model'] ?? tags.model;
  return [make, model].filter(Boolean).join(' ') || undefined;
}

const tagText = (tag: string | undefined): string | null => tag?.slice(0, maxTagLength) ?? null;

function lowerKeys(tags: Record<string, string>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
}
