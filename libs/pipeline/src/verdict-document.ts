import type {
  CredentialsReading,
  MediaId,
  Policy,
  Probe,
  Rejection,
  ScanId,
  ScanRecord,
  SegmentResult,
  Verdict,
} from '@assay/contracts';
import { atPrevalence, type Judgement, type ModelSet, preprocessingId, threadsPerSession } from '@assay/forensics';
import { version } from './version';

interface Method {
  policy: Policy;
  models: ModelSet;
  tools: Record<string, string>;
}

export interface JudgedScan extends Method {
  record: ScanRecord;
  probe: Probe;
  /** Null where nobody read them. */
  credentials: CredentialsReading | null;
  segments: SegmentResult[];
  judgement: Judgement;
  timelinePlot: string | null;
  knownMedia: Verdict['knownMedia'];
}

/** The one place where a verdict on looked-at media is put together: API and `assay scan` give the same document. */
export function judgedVerdict(scan: JudgedScan): Verdict {
  const { record, policy, probe, segments, judgement } = scan;
  const { framesSeconds, ...judged } = judgement;
  const sum = (pick: (cost: SegmentResult['cost']) => number) =>
    segments.reduce((total, { cost }) => total + pick(cost), 0);
  return {
    schema: 'assay.verdict/1',
    scan: record.id,
    media: record.media,
    file: record.name,
    createdAt: new Date().toISOString(),
    ...judged,
    atPrevalence: prevalenceOf(judged.probability, policy),
    thresholds: policy.thresholds,
    policy: { id: policy.id, version: policy.version },
    rejection: null,
    kind: probe.kind,
    durationSeconds: probe.durationSeconds,
    width: probe.width,
    height: probe.height,
    timelinePlot: scan.timelinePlot,
    provenance: provenanceOf(probe, scan.credentials),
    knownMedia: scan.knownMedia,
    method: methodOf(record.media, scan, framesSeconds),
    cost: {
      totalMs: millisecondsSince(record.createdAt),
      decodeMs: sum((cost) => cost.decodeMs),
      detectMs: sum((cost) => cost.detectMs),
      scoreMs: sum((cost) => cost.scoreMs),
      frames: framesSeconds.length,
      cropsScored: sum((cost) => cost.cropsScored),
    },
  };
}

export interface RejectedScan extends Method {
  scan: ScanId;
  /** Null when the content was never taken in (empty, too large, not found). */
  media: MediaId | null;
  name: string | null;
  rejection: Rejection;
  startedAt?: string;
}

/** The verdict on media that was not looked at. Also for inputs that never became media, as in `assay scan`. */
export function rejectedVerdict(scan: RejectedScan): Verdict {
  const { policy, rejection } = scan;
  return {
    schema: 'assay.verdict/1',
    scan: scan.scan,
    media: scan.media,
    file: scan.name,
    createdAt: new Date().toISOString(),
    verdict: 'rejected',
    probability: null,
    interval: null,
    atPrevalence: null,
    thresholds: policy.thresholds,
    policy: { id: policy.id, version: policy.version },
    reasons: [{ code: 'rejected', text: rejection.message, track: null, atSeconds: null }],
    rejection,
    kind: null,
    durationSeconds: null,
    width: null,
    height: null,
    tracks: [],
    timeline: [],
    cutsSeconds: [],
    timelinePlot: null,
    provenance: provenanceOf(null, null),
    knownMedia: null,
    method: methodOf(scan.media, scan, []),
    cost: {
      totalMs: scan.startedAt === undefined ? 0 : millisecondsSince(scan.startedAt),
      decodeMs: 0,
      detectMs: 0,
      scoreMs: 0,
      frames: 0,
      cropsScored: 0,
    },
  };
}

/** Facts and claims about where the file comes from: told, and never part of the probability. */
function provenanceOf(container: Probe | null, reading: CredentialsReading | null): Verdict['provenance'] {
  return {
    container,
    contentCredentials: reading?.status ?? 'not_checked',
    contentCredentialsNotChecked: reading?.notChecked ?? null,
    credentials: reading?.credentials ?? null,
  };
}

function prevalenceOf(probability: number | null, { prevalence }: Policy): Verdict['atPrevalence'] {
  if (probability === null) return null;
  return { prevalence, probability: Math.round(1e4 * atPrevalence(probability, prevalence)) / 1e4 };
}

function methodOf(
  media: MediaId | null,
  { models, tools, policy }: Method,
  framesSeconds: number[],
): Verdict['method'] {
  return {
    contentSha256: media,
    assay: version,
    tools,
    models: models.uses,
    modelSet: models.digest,
    preprocessing: preprocessingId,
    threadsPerSession,
    framesSeconds,
    ...(policy.frames.budget === undefined ? {} : { frameBudget: policy.frames.budget }),
  };
}

/** Wall clocks can step back; a cost below nothing would only confuse. */
function millisecondsSince(isoTime: string): number {
  return Math.max(0, Date.now() - Date.parse(isoTime));
}
