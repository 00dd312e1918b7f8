import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { accepted, type BucketEventResult, type Outcome, rejected, type ScanId, type TenantId } from '@assay/contracts';
import { answerAbout, type BucketSource, intake, type Intake, type Logger, type Ports } from '@assay/pipeline';
import { type BucketReader, type IdempotencyStore, openBucket } from '@assay/storage';
import { UploadTracker } from '../media/upload-tracker';
import { ApiMetrics } from '../metrics/api-metrics';
import type { ProblemError } from '../problems/problem-error';
import { problems } from '../problems/problems';
import { withinQuota } from '../quotas/upload-room';
import { ScanSubmitter } from '../scans/scan-submitter';
import { BUCKETS, IDEMPOTENCY, LOG, PORTS } from '../tokens';
import { once } from './once';
import type { NewObject } from './read-record';

/** Objects that are downloaded at a time by this process. More are for the sender to bring again. */
const mostAtOnce = 8;
/** Longest download, ms: as long as that of a URL. */
const longestMs = 30 * 60_000;

type Fate = Pick<BucketEventResult, 'outcome' | 'media' | 'scan' | 'problem'>;
const nothing = { media: null, scan: null, problem: null };

/** Takes objects of configured buckets in, as media and, where that is configured, as scans. */
@Injectable()
export class ObjectIntake {
  private readonly readers = new Map<BucketSource, BucketReader>();
  private running = 0;

  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(BUCKETS) private readonly sources: readonly BucketSource[],
    @Inject(IDEMPOTENCY) private readonly known: IdempotencyStore,
    @Inject(LOG) private readonly log: Logger,
    private readonly uploads: UploadTracker,
    private readonly submitter: ScanSubmitter,
    private readonly metrics: ApiMetrics,
  ) {}

  /**
   * Goes on when the sender hangs up: a store that waits for seconds alone finds the object taken in when it comes again.
   *
   * @throws ProblemError 422 for a bucket that is none of the tenant's; 503 while the object is on its way already
   * @throws what may go better another time: StoreUnavailableError, QuotaExceededError
   */
  async take(tenant: TenantId, object: NewObject): Promise<Fate> {
    const source = this.sources.find((one) => one.tenant === tenant && one.bucket === object.bucket);
    if (!source) throw problems.unknownBucket(object.bucket);
    const isFolder = object.key.endsWith('/');
    if (isFolder || !object.key.startsWith(source.prefix)) return { outcome: 'ignored', ...nothing };
    const work = () => this.uploads.runToEnd((signal) => this.fetch(source, object, signal));
    const { bucket, key, occasion } = object;
    if (occasion === null) return work();
    const done = await once(this.known, [tenant, bucket, key, occasion], work, (fate) => aboutOf(tenant, fate));
    if (done.state === 'busy') throw problems.unavailable('This object is being taken in. Send the event again.');
    return done.state === 'done' || done.value.outcome !== 'taken'
      ? done.value
      : { ...done.value, outcome: 'duplicate' };
  }

  private async fetch(source: BucketSource, object: NewObject, stop: AbortSignal): Promise<Fate> {
    if (this.running >= mostAtOnce)
      throw problems.unavailable('As many objects as may be are being taken in. Send the event again.');
    this.running += 1;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(longestMs)]);
    try {
      const outcome = await this.intake(source, object, signal);
      if (outcome === null) return this.refused(source, object, problems.objectGone());
      if (!outcome.ok) {
        const { rejection } = outcome;
        const tooLarge = rejection.code === 'too_many_bytes';
        return this.refused(
          source,
          object,
          tooLarge ? problems.tooLarge(rejection.message) : problems.rejectedMedia(rejection),
        );
      }
      const { media, created } = outcome.value;
      this.metrics.countUpload(media.bytes, created);
      return { outcome: 'taken', media: media.id, scan: await this.scan(source, media.id), problem: null };
    } finally {
      this.running -= 1;
    }
  }

  /** @returns null when the object is not there any more */
  private async intake(
    source: BucketSource,
    { key, version }: NewObject,
    signal: AbortSignal,
  ): Promise<Outcome<Intake> | null> {
    const { maxBytes } = this.ports.limits;
    const found = await this.readerOf(source).open(key, version, signal);
    if (!found) return null;
    const { tenant } = source;
    const { body, bytes } = found;
    const name = key.split('/').at(-1) ?? null;
    try {
      if (bytes === 0) return rejected('empty_file', 'The file is empty.');
      if (bytes !== null && bytes > maxBytes) {
        return rejected('too_many_bytes', `The file is larger than ${maxBytes} bytes, the most that is accepted.`);
      }
      const taken = await withinQuota(
        this.ports,
        { tenant, declared: bytes },
        (room) => intake(body, { tenant, name, room }, this.ports, signal),
        signal,
      );
      return taken.ok ? accepted(taken.value) : taken;
    } finally {
      body.on('error', () => undefined).destroy();
    }
  }

  private async scan({ tenant, scan }: BucketSource, media: string): Promise<ScanId | null> {
    if (scan === null) return null;
    return (await this.submitter.submit(tenant, { ...scan, media })).scan.id;
  }

  /** Nothing that comes of trying again: noted for the operator, and told to the sender. */
  private refused({ tenant }: BucketSource, { bucket, key }: NewObject, { problem }: ProblemError): Fate {
    // Names may be those of people, and are no business of a log.
    const keySha256 = createHash('sha256').update(key).digest('hex');
    this.log.warn({ tenant, bucket, keySha256, problem: problem.type }, 'an object of a bucket was not taken in');
    return { outcome: 'refused', media: null, scan: null, problem };
  }

  private readerOf(source: BucketSource): BucketReader {
    const known = this.readers.get(source);
    if (known) return known;
    const { bucket, endpoint, region, accessKeyId, secretAccessKey } = source;
    const forcePathStyle = source.forcePathStyle ?? endpoint !== undefined;
    const settings = { bucket, region, accessKeyId, secretAccessKey, forcePathStyle };
    const reader = openBucket(endpoint === undefined ? settings : { ...settings, endpoint });
    this.readers.set(source, reader);
    return reader;
  }
}

const aboutOf = (tenant: TenantId, { media, scan }: Fate): string[] =>
  [media, scan].flatMap((id) => (id === null ? [] : [answerAbout(tenant, id)]));
