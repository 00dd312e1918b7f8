import { createHash } from 'node:crypto';
import {
  defaultPolicy,
  type KnownFinding,
  type MediaRecord,
  type ModelEntry,
  type News,
  type Plan,
  type Problem,
  type ScanRecord,
  type ScanStatus,
  type Verdict,
} from '@assay/contracts';
import type { SchemaExamples } from '../../apps/api/src/docs/schema-examples';
import { judgeSegments } from '../../libs/forensics/src/fusion/judge-segments';
import { createModelSet } from '../../libs/forensics/src/models/model-set';
import { findingsOf } from '../../libs/pipeline/src/known/inherit';
import { scanIdFor } from '../../libs/pipeline/src/scan-id';
import { judgedVerdict, rejectedVerdict } from '../../libs/pipeline/src/verdict-document';
import { exampleDetector, type ExampleFace, exampleProbe, exampleSegment } from './example-clips';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const createdAt = '2026-03-01T12:00:00.000Z';
const judgedAt = '2026-03-01T12:00:04.120Z';

/** One detector, as the shipped ones are, so that examples do not change with every training. */
const detector: ModelEntry = {
  ...{ id: exampleDetector, version: '1.0.0', file: 'xray.onnx', sha256: sha256('an example of a model'), bytes: 1 },
  ...{ task: 'forgery-frame', opset: 18, outputs: { logit: { name: 'logit', kind: 'logit' } } },
  input: { name: 'face', layout: 'nchw', color: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1], width: 192, height: 192 },
  calibration: { a: 2.2, b: 0.4, fittedOn: 'example' },
  ...{ licence: 'Apache-2.0', trainingData: [], card: '' },
};
const models = createModelSet('', [detector]);
const tools = { ffmpeg: '7.1', onnxruntime: '1.24.0' };

const sharpFace = { x: 520, sizePx: 182, sharpness: 96, weight: 0.88, look: [1, 0] };
const blurredFace: ExampleFace = {
  ...{ x: 120, sizePx: 74, sharpness: 9, weight: 0.06, look: [0, 1], regions: {} },
  logits: [null, null, null, null, null, null, null, null],
};
/** Seen in the clip from end to end. */
const faces = {
  blended: {
    ...sharpFace,
    logits: [1.9, 2.1, 1.7, 2.4, 2.2, 1.2, 1.8, 2],
    regions: { forehead: 0.05, brows: 0.22, eyes: 0.12, nose: 0.06, cheeks: 0.61, mouth: 0.2, jaw: 0.55 },
  },
  undecided: {
    ...sharpFace,
    ...{ sizePx: 92, weight: 0.6 },
    logits: [0.3, -0.2, 0.4, 0.1, 0.5, -0.1, 0.2, 0.3],
    regions: {},
  },
  plain: { ...sharpFace, logits: [-1.6, -1.9, -1.4, -2.1, -1.8, -1.7, -1.5, -2], regions: {} },
} satisfies Record<string, ExampleFace>;

/** A known forgery that the first example is a copy of: found before, and confirmed by a person. */
const known: KnownFinding = {
  source: { kind: 'media', media: sha256('the original upload'), scan: `sc_${sha256('its scan').slice(0, 32)}` },
  ...{ scope: 'default', relation: 'copy', distance: 6, matchedShare: 0.98, framesCompared: 51 },
  ...{ coverage: { scanned: 1, known: 0.99 }, offsetSeconds: 0, verdict: 'likely_manipulated', probability: 0.9731 },
  decision: {
    ...{ label: 'confirmed_manipulated', by: 'moderator-17', at: '2026-02-11T09:30:00.000Z' },
    decision: '00000001-5f0c2a91',
  },
};

function recordOf(name: string): ScanRecord {
  const media = sha256(`example ${name}`);
  return {
    ...{ schema: 'assay.scan/1', id: scanIdFor(media, defaultPolicy, models.digest), tenant: 'default', media, name },
    ...{ policy: defaultPolicy.id, modelSet: models.digest, priority: 'standard', state: 'running', stage: 'look' },
    ...{ percent: 51, segments: 1, segmentsDone: 0, verdict: null, probability: null, rejection: null, failure: null },
    ...{ createdAt, updatedAt: createdAt },
  };
}

function judged(name: string, seen: ExampleFace[], found: KnownFinding[] = []): Verdict {
  const segment = exampleSegment(seen);
  const { framesSeconds, endSeconds } = segment;
  const plan: Plan = {
    ...{ originSeconds: 0, frameBudget: framesSeconds.length, decodeWidth: 1280, decodeHeight: 720 },
    ...{ cutCandidatesSeconds: [], keyframeCount: 3 },
    segments: [{ index: 0, startSeconds: 0, endSeconds, mode: 'all', frameSeconds: framesSeconds, seekSeconds: [] }],
  };
  const judgement = judgeSegments([segment], { probe: exampleProbe, plan, policy: defaultPolicy, models });
  const made = judgedVerdict({
    ...{ record: recordOf(name), policy: defaultPolicy, models, tools, probe: exampleProbe, segments: [segment] },
    ...{ judgement, timelinePlot: 'timeline.svg', knownMedia: findingsOf(found) },
    credentials: { status: 'absent', notChecked: null, credentials: null },
  });
  return { ...made, createdAt: judgedAt, cost: { ...made.cost, totalMs: 4120 } };
}

function rejectedExample(): Verdict {
  const { id: scan, media, name } = recordOf('lecture.mkv');
  const rejection = {
    code: 'too_long' as const,
    message: 'The video lasts 5 h 12 min; at most 4 h are accepted.',
  };
  const made = rejectedVerdict({ scan, media, name, rejection, policy: defaultPolicy, models, tools });
  return { ...made, createdAt: judgedAt, cost: { ...made.cost, totalMs: 310 } };
}

/** One verdict of each kind: made by the same code as real ones, from a clip that exists nowhere. */
export const verdictExamples = {
  likely_manipulated: judged('interview.mp4', [faces.blended], [known]),
  inconclusive: judged('crowd.mp4', [faces.undecided, blurredFace]),
  likely_authentic: judged('birthday.mp4', [faces.plain]),
  rejected: rejectedExample(),
};

const { likely_manipulated: forged } = verdictExamples;
const running: ScanStatus = {
  ...recordOf('interview.mp4'),
  queue: { position: null, secondsToVerdict: 2.5 },
};
const done: ScanStatus = {
  ...running,
  ...{ state: 'done', stage: 'publish', percent: 100, segmentsDone: 1, updatedAt: judgedAt, queue: null },
  ...{
    verdict: forged.verdict,
    probability: forged.probability,
    label: 'confirmed_manipulated',
    labelSource: 'inherited',
  },
};
const media: MediaRecord = {
  ...{ schema: 'assay.media/1', id: running.media, tenant: 'default', bytes: exampleProbe.bytes, name: running.name },
  createdAt: '2026-03-01T11:59:58.000Z',
};
const published: News = {
  ...{ id: `${forged.scan}-verdict-published`, type: 'verdict.published', timestamp: judgedAt },
  data: {
    ...{ scan: forged.scan, tenant: 'default', media: running.media, policy: 'default', state: 'done' },
    ...{ verdict: forged.verdict, probability: forged.probability, rejection: null, failure: null },
    ...{ label: 'confirmed_manipulated', labelSource: 'inherited' },
  },
};
const refused: Problem = {
  ...{ type: 'urn:problem-type:assay:invalid-request', title: 'The request is not valid', status: 400 },
  detail: 'media: must be 64 lower-case hex digits.',
  instance: 'urn:assay:request:3b0f6a52-52f4-4a0e-9c55-0d8f4f3f2a10',
  errors: [{ path: 'media', message: 'must be 64 lower-case hex digits' }],
};

/** By schema and name; what the description shows. */
export const freshExamples: SchemaExamples = {
  Verdict: {
    likely_manipulated: { summary: 'Signs of a blended face, in a copy of a known forgery', value: forged },
    inconclusive: { summary: 'Too weak a score for a firm answer', value: verdictExamples.inconclusive },
    likely_authentic: { summary: 'Little that speaks for a forgery', value: verdictExamples.likely_authentic },
    rejected: { summary: 'Not looked at, and why', value: verdictExamples.rejected },
  },
  ScanStatus: {
    running: { summary: 'Under way', value: running },
    done: { summary: 'With its short answer', value: done },
  },
  MediaRecord: { media: { summary: 'A video', value: media } },
  CreateScan: {
    plain: { summary: 'With the options of the service', value: { media: media.id } },
    options: {
      summary: 'Somebody waits for it, and is called',
      value: {
        ...{ media: media.id, priority: 'live', frameBudget: 96 },
        callback: { url: 'https://platform.example/assay', events: ['verdict.published', 'scan.failed'] },
      },
    },
  },
  News: { published: { summary: 'A verdict was published', value: published } },
  Problem: { invalid: { summary: 'A field that is not valid', value: refused } },
};
