import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { KnownFinding, ScanRecord } from '@assay/contracts';
import { isKnown, type KnownMatch, relationOf } from '@assay/fingerprint';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { decisionHistory, knownDecisionOf } from './decisions';
import { frameOf } from './frame-hashes';
import type { Known, KnownThing } from './known';
import type { KnownRecord } from './known-entry';
import { sharedScope } from './known-keys';

type LookUpPorts = Pick<Ports, 'store' | 'mediaFiles'> & { known: Known };
export type Looks = Pick<KnownRecord, 'type' | 'durationSeconds' | 'frames'>;

/**
 * Everything known that a scan's media is, shows, or is a part of: the same bytes in an earlier scan or a list, and looks, of
 * its tenant and of what is shared with all.
 */
export async function lookUpKnown(
  scan: Pick<ScanRecord, 'id' | 'tenant' | 'media'>,
  looks: Looks,
  ports: LookUpPorts,
  signal: AbortSignal,
): Promise<KnownFinding[]> {
  const { known } = ports;
  const { tenant } = scan;
  const scopes = [tenant, sharedScope];
  const found: KnownFinding[] = [];
  const self = await known.findMedia(tenant, scan.media);
  // Judged before under another policy or with other models.
  if (self && scanOf(self) !== scan.id) found.push(await sameBytes(self, ports, signal));
  const md5 = () => md5OfMedia(scan.media, ports, signal);
  for (const thing of await known.findBytes(scopes, md5)) found.push(await sameBytes(thing, ports, signal));
  const duration = looks.type === 'vpdq' ? looks.durationSeconds : null;
  const matches = (await known.findLooks(scopes, looks.frames.map(frameOf), duration)).filter((match) => {
    const { source } = match.item.entry;
    return isKnown(match) && !(source.kind === 'media' && source.media === scan.media);
  });
  return [...found, ...(await Promise.all(matches.map((match) => looksAlike(match, ports, signal))))];
}

const scanOf = ({ entry: { source } }: KnownThing): string | null => (source.kind === 'media' ? source.scan : null);

async function sameBytes(thing: KnownThing, ports: LookUpPorts, signal: AbortSignal): Promise<KnownFinding> {
  return {
    ...(await saidOf(thing, ports, signal)),
    relation: 'same_bytes',
    distance: 0,
    matchedShare: 1,
    framesCompared: 0,
    coverage: { scanned: 1, known: 1 },
    offsetSeconds: 0,
  };
}

async function looksAlike(
  match: KnownMatch<KnownThing>,
  ports: LookUpPorts,
  signal: AbortSignal,
): Promise<KnownFinding> {
  const { distance, share, compared, queryCovered, knownCovered, offsetSeconds } = match.alignment;
  return {
    ...(await saidOf(match.item, ports, signal)),
    relation: relationOf(match),
    distance,
    matchedShare: rounded(share),
    framesCompared: compared,
    coverage: { scanned: rounded(queryCovered), known: rounded(knownCovered) },
    offsetSeconds: rounded(offsetSeconds),
  };
}

const rounded = (value: number): number => Math.round(1e3 * value) / 1e3;

/** What was said of it. Of media the decision is read from the store, which is ahead of every copy of the log. */
async function saidOf(
  { scope, entry }: KnownThing,
  { store }: LookUpPorts,
  signal: AbortSignal,
): Promise<Pick<KnownFinding, 'source' | 'scope' | 'verdict' | 'probability' | 'decision'>> {
  const { source, verdict, probability } = entry;
  if (source.kind === 'list') return { source, scope, verdict, probability, decision: entry.decision };
  const { standing } = await decisionHistory({ tenant: scope, media: source.media }, store, signal);
  return { source, scope, verdict, probability, decision: knownDecisionOf(standing) };
}

async function md5OfMedia(media: string, { mediaFiles }: LookUpPorts, signal: AbortSignal): Promise<string | null> {
  const file = await mediaFiles.open(keys.media(media), signal);
  if (!file) return null;
  try {
    const hash = createHash('md5');
    await pipeline(createReadStream(file.path), hash, { signal });
    return hash.digest('hex');
  } finally {
    await file.release();
  }
}
