/**
 * Objects that are put into a bucket come in by the notifications of the store, over a real S3 server. What holds:
 * - the events of AWS, MinIO and Ceph are read, keys decoded, what is not about new objects ignored;
 * - so are they by way of Amazon SNS, which sends its key as a password and its JSON as text, and those of EventBridge;
 * - of a bucket with versions it is the one that the event names which is taken in, or none;
 * - what was put there is the media that an upload of it would be, and is scanned as configured;
 * - an event that comes twice, or five times at once, does its work once, also for a sender that hung up;
 * - what may go better is a problem, so that the store sends it again; what never will has its problem in the answer;
 * - only buckets that the operator named are read, for the tenant that they were named for, within its quota.
 */
import { PutBucketVersioningCommand, PutObjectCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiKeyWithSecret, AuditList, BucketEventResults, defaultPolicy, Problem } from '@assay/contracts';
import { loadBucketSources } from '@assay/pipeline';
import { startTestApi, type TestApi } from '../support/api';
import { freePorts } from '../support/free-ports';
import { describeWithS3, s3StartTimeoutMs, startS3, type TestS3 } from '../support/s3';

jest.setTimeout(120_000);

const json = { 'content-type': 'application/json' };
const maxBytes = 40_000_000;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** As S3 writes keys into events. */
const encoded = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');
let sequence = 0;
const nextSequencer = () => (sequence += 1).toString(16).padStart(18, '0');
const record = (bucket: string, key: string, more: object = {}) => ({
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key: encoded(key), sequencer: nextSequencer(), ...more } },
});

describeWithS3('events of a bucket', () => {
  let s3: TestS3;
  let client: S3Client;
  let api: TestApi;
  let folder: string;
  let key: string;
  let bucket: string;

  beforeAll(async () => {
    s3 = await startS3();
    bucket = await s3.createBucket('incoming');
    const { endpoint, region, accessKeyId, secretAccessKey } = s3;
    client = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
    const [closed] = await freePorts(1);
    folder = mkdtempSync(join(tmpdir(), 'assay-buckets-'));
    const file = join(folder, 'buckets.json');
    const source = { bucket, tenant: 'acme', endpoint, region, accessKeyId, secretAccessKey };
    const sources = [
      { ...source, scan: { priority: 'backfill', frameBudget: 8 } },
      { ...source, tenant: 'narrow', prefix: 'in/', scan: null },
      { ...source, bucket: await s3.createBucket('versions'), scan: null },
      { ...source, tenant: 'away', endpoint: `http://127.0.0.1:${closed}` },
    ];
    writeFileSync(file, JSON.stringify(sources));
    api = await startTestApi({ ASSAY_BUCKETS_FILE: file, ASSAY_MAX_BYTES: String(maxBytes) });
    key = await keyOf('acme');
  }, s3StartTimeoutMs);
  afterAll(async () => {
    await api?.close();
    client?.destroy();
    await s3?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function keyOf(tenant: string): Promise<string> {
    const wanted = { name: 'store', roles: ['submitter'], scopes: ['bucket-events:write', 'media:read', 'scans:read'] };
    const body = JSON.stringify({ ...wanted, tenant });
    return ApiKeyWithSecret.parse(await (await api.ask('/v1/keys', { method: 'POST', headers: json, body })).json())
      .key!;
  }
  const put = async (name: string, bytes: Buffer): Promise<void> =>
    void (await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes })));
  const send = (body: object, by = key, init: RequestInit = {}) =>
    fetch(`${api.url}/v1/bucket-events`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${by}` },
      body: JSON.stringify(body),
      ...init,
    });
  const resultsOf = async (answer: Response) => {
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return BucketEventResults.parse(await answer.json()).results;
  };
  const problemOf = async (answer: Response): Promise<unknown[]> => [
    answer.status,
    Problem.parse(await answer.json())
      .type.split(':')
      .at(-1),
  ];
  const get = async (path: string, by = key) => (await fetch(api.url + path, { headers: { 'x-api-key': by } })).json();

  it('takes in and scans what the events of each store tell of', async () => {
    const names = ['plain.mp4', 'folder/with space+plus & ümlaut (1).mp4', '100%25.mp4'];
    const files = names.map(() => randomBytes(2_000));
    for (const [at, name] of names.entries()) await put(name, files[at]!);
    const object = (at: number) => ({ key: encoded(names[at]!), size: 2_000, eTag: randomUUID() });
    const bucketOf = { name: bucket, ownerIdentity: { principalId: 'A' }, arn: `arn:aws:s3:::${bucket}` };
    const notifications = [
      {
        Records: [
          {
            eventVersion: '2.2',
            eventSource: 'aws:s3',
            awsRegion: 'us-east-1',
            eventTime: '2026-01-02T03:04:05.678Z',
            eventName: 'ObjectCreated:CompleteMultipartUpload',
            userIdentity: { principalId: 'AWS:A' },
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: 'c',
              bucket: bucketOf,
              object: { ...object(0), sequencer: '0055AED6DCD90281E5' },
            },
          },
        ],
      },
      {
        EventName: 's3:ObjectCreated:Put',
        Key: `${bucket}/${names[1]}`,
        Records: [
          {
            eventVersion: '2.0',
            eventSource: 'minio:s3',
            eventName: 's3:ObjectCreated:Put',
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: 'Config',
              bucket: bucketOf,
              object: { ...object(1), contentType: 'video/mp4', userMetadata: {}, sequencer: '17B1F0E5B2D2C1A0' },
            },
            source: { host: '', port: '', userAgent: 'MinIO' },
          },
        ],
      },
      {
        Records: [
          {
            eventVersion: '2.2',
            eventSource: 'ceph:s3',
            eventName: 'ObjectCreated:Put',
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: 'n',
              bucket: { ...bucketOf, id: 'x' },
              object: { ...object(2), metadata: [], tags: [], versionId: '', sequencer: 'F7E6D75DC742D108' },
            },
            eventId: '',
            opaqueData: '',
          },
        ],
      },
    ];
    for (const [at, notification] of notifications.entries()) {
      const media = sha256(files[at]!);
      const [result] = await resultsOf(await send(notification));
      expect(result).toMatchObject({ bucket, key: names[at], outcome: 'taken', media, problem: null });
      expect(await get(`/v1/media/${media}`)).toMatchObject({ tenant: 'acme', name: names[at]!.split('/').at(-1) });
      expect(await get(`/v1/scans/${result!.scan}`)).toMatchObject({ media, priority: 'backfill', frameBudget: 8 });
    }
  });

  it('ignores what is no new object, and refuses what cannot be read', async () => {
    const test = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-01-02T03:04:05.678Z', Bucket: bucket };
    expect(await resultsOf(await send(test))).toEqual([]);
    const removed = { ...record(bucket, 'plain.mp4'), eventName: 's3:ObjectRemoved:Delete' };
    const others = [removed, { eventName: 's3:Scanner:BigPrefix' }, record(bucket, 'a/folder/')];
    expect((await resultsOf(await send({ Records: others }))).map(({ outcome }) => outcome)).toEqual([
      'ignored',
      'ignored',
      'ignored',
    ]);
    const broken = record(bucket, 'x');
    broken.s3.object.key = '%E0%A4%A';
    for (const body of [{}, { Records: 7 }, { Records: [broken] }, { Records: [{ eventName: 'ObjectCreated:Put' }] }])
      expect(await problemOf(await send(body))).toEqual([400, 'invalid-request']);
  });

  describe('by way of Amazon SNS', () => {
    const asked: Response[] = [];
    /** As SNS posts: first without what its address holds, and with it only where a refusal asks for it so. */
    async function post(type: string, message: object, password = key): Promise<Response> {
      const from = { 'x-amz-sns-message-type': type, 'content-type': 'text/plain; charset=UTF-8' };
      const body = JSON.stringify(message);
      const ask = (more: Record<string, string> = {}) =>
        fetch(`${api.url}/v1/bucket-events`, { method: 'POST', headers: { ...from, ...more }, body });
      const first = await ask();
      asked.push(first);
      expect([first.status, first.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="assay"']);
      return ask({ authorization: `Basic ${Buffer.from(`sns:${password}`).toString('base64')}` });
    }
    const envelope = (type: string, message: string, more: object = {}) => ({
      Type: type,
      MessageId: randomUUID(),
      TopicArn: 'arn:aws:sns:eu-central-1:123456789012:incoming',
      Subject: 'Amazon S3 Notification',
      Message: message,
      Timestamp: '2026-01-02T03:04:05.678Z',
      SignatureVersion: '1',
      Signature: 'EXAMPLE',
      SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem',
      ...more,
    });
    const notify = (message: unknown) => post('Notification', envelope('Notification', JSON.stringify(message)));

    it('takes in what its notifications tell of', async () => {
      const bytes = randomBytes(2_000);
      await put('by sns.mp4', bytes);
      const event = { Records: [record(bucket, 'by sns.mp4')] };
      const told = { key: 'by sns.mp4', media: sha256(bytes) };
      expect(await resultsOf(await notify(event))).toMatchObject([{ ...told, outcome: 'taken' }]);
      // "Raw message delivery" leaves the envelope out; the event is the same.
      expect(await resultsOf(await post('Notification', event))).toMatchObject([{ ...told, outcome: 'duplicate' }]);
      expect(await resultsOf(await notify({ Service: 'Amazon S3', Event: 's3:TestEvent' }))).toEqual([]);
      const farewell = envelope('UnsubscribeConfirmation', 'You have chosen to deactivate', { Token: 'x' });
      expect(await resultsOf(await post('UnsubscribeConfirmation', farewell))).toEqual([]);
    });

    it('refuses what it cannot read, and a wrong password', async () => {
      const text = envelope('Notification', 'a disk is full');
      for (const answer of [await post('Notification', text), await notify({}), await notify({ Records: 7 })])
        expect(await problemOf(answer)).toEqual([400, 'invalid-request']);
      const broken = await notify({ Records: [{ eventName: 'ObjectCreated:Put' }] });
      expect(Problem.parse(await broken.json()).errors).toEqual([
        { path: 'Message.Records.0.s3', message: 'is missing' },
      ]);
      expect((await post('Notification', text, `assay_${'x'.repeat(43)}`)).status).toBe(401);
    });

    it('is noted in the audit log, and that it had to be asked for its password is not', async () => {
      asked.length = 0;
      const answers = [
        await notify({ Event: 's3:TestEvent' }),
        await post('Notification', {}, `assay_${'y'.repeat(43)}`),
      ];
      const outcomes = async () => {
        const { entries } = AuditList.parse(await (await api.ask('/v1/audit')).json());
        return [...answers, ...asked].map((answer) => {
          const id = answer.headers.get('x-request-id');
          return entries.find(({ requestId }) => requestId === id)?.outcome;
        });
      };
      // Entries are written one after the other, after the answer.
      while ((await outcomes())[1] === undefined) await sleep(20);
      expect(await outcomes()).toEqual(['done', 'denied', undefined, undefined]);
    });

    it('subscribes to no topic but by an address of SNS', async () => {
      const ask = (more: object) =>
        post('SubscriptionConfirmation', envelope('SubscriptionConfirmation', 'You have', more));
      expect(await problemOf(await ask({}))).toEqual([400, 'invalid-request']);
      for (const SubscribeURL of [
        s3.endpoint,
        'https://sns.eu-central-1.amazonaws.com.evil.example/?Action=ConfirmSubscription',
      ])
        expect(await problemOf(await ask({ SubscribeURL }))).toEqual([422, 'subscription-not-allowed']);
    });

    it('takes a key as a password, and JSON as text, nowhere else', async () => {
      const headers = { authorization: `Basic ${Buffer.from(`sns:${api.key}`).toString('base64')}` };
      const listed = await fetch(`${api.url}/v1/scans`, { headers });
      expect([listed.status, listed.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="assay"']);
      const plain = { ...headers, 'content-type': 'text/plain' };
      expect((await fetch(`${api.url}/v1/bucket-events`, { method: 'POST', headers: plain, body: '{}' })).status).toBe(
        415,
      );
    });
  });

  it('takes in what Amazon EventBridge tells of, whose keys are as they are', async () => {
    const name = 'by eventbridge/100%25+1.mp4';
    const bytes = randomBytes(2_000);
    await put(name, bytes);
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Object Created',
      source: 'aws.s3',
      detail: {
        version: '0',
        bucket: { name: bucket },
        object: { key: name, size: 2_000, etag: randomUUID(), sequencer: nextSequencer() },
        reason: 'PutObject',
      },
    };
    expect(await resultsOf(await send(event))).toMatchObject([
      { event: 'Object Created', bucket, key: name, outcome: 'taken', media: sha256(bytes) },
    ]);
    expect(await resultsOf(await send(event))).toMatchObject([{ outcome: 'duplicate' }]);
    expect(await resultsOf(await send({ ...event, 'detail-type': 'Object Deleted' }))).toMatchObject([
      { outcome: 'ignored', key: null },
    ]);
    expect(await problemOf(await send({ 'detail-type': 'Object Created' }))).toEqual([400, 'invalid-request']);
  });

  it('takes in the version that the event names', async () => {
    const Bucket = 'versions';
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const versions: { bytes: Buffer; id: string }[] = [];
    for (let n = 0; n < 2; n += 1) {
      const bytes = randomBytes(2_000);
      const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'clip.mp4', Body: bytes }));
      versions.push({ bytes, id: VersionId! });
    }
    const { VersionId: deletion } = await client.send(new DeleteObjectCommand({ Bucket, Key: 'clip.mp4' }));
    const told = async (versionId: string | null) => {
      const [result] = await resultsOf(await send({ Records: [record(Bucket, 'clip.mp4', { versionId })] }));
      return [result!.outcome, result!.media ?? result!.problem?.type.split(':').at(-1)];
    };
    // Whatever came after it, and also when it is asked for first.
    expect(await told(versions[1]!.id)).toEqual(['taken', sha256(versions[1]!.bytes)]);
    expect(await told(versions[0]!.id)).toEqual(['taken', sha256(versions[0]!.bytes)]);
    expect(await told(versions[0]!.id)).toEqual(['duplicate', sha256(versions[0]!.bytes)]);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'clip.mp4', VersionId: versions[0]!.id }));
    for (const gone of [deletion!, '0000000000.00000', null])
      expect([gone, ...(await told(gone))]).toEqual([gone, 'refused', 'object-gone']);
  });

  it('does its work once, however often the event comes', async () => {
    const bytes = randomBytes(3_000);
    await put('twice.mp4', bytes);
    const event = { Records: [record(bucket, 'twice.mp4')] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(event)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    const first = (await Promise.all(answers.filter(({ status }) => status === 200).map(resultsOf))).flat();
    expect(first.filter(({ outcome }) => outcome === 'taken')).toHaveLength(1);
    // Whoever was told to come again finds it done, and nothing is fetched for it: the object is gone.
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'twice.mp4' }));
    const [again] = await resultsOf(await send(event));
    expect(again).toMatchObject({ outcome: 'duplicate', media: sha256(bytes), scan: first[0]!.scan });
  });

  it('goes on where the sender hung up', async () => {
    const bytes = randomBytes(30_000_000);
    await put('long.mp4', bytes);
    const event = { Records: [record(bucket, 'long.mp4')] };
    const impatient = new AbortController();
    const sent = send(event, key, { signal: impatient.signal });
    setTimeout(() => impatient.abort(), 100);
    await sent.catch(() => undefined);
    for (;;) {
      const answer = await send(event);
      if (answer.status === 503) {
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        await sleep(200);
        continue;
      }
      expect(await resultsOf(answer)).toMatchObject([{ media: sha256(bytes), outcome: expect.any(String) as string }]);
      return;
    }
  });

  it('tells what can never be taken in, and keeps the sender from trying for ever', async () => {
    await put('empty.mp4', Buffer.alloc(0));
    await put('large.mp4', randomBytes(maxBytes + 1));
    const names = ['empty.mp4', 'large.mp4', 'never-there.mp4'];
    const event = { Records: names.map((name) => record(bucket, name)) };
    for (let round = 0; round < 2; round += 1) {
      const results = await resultsOf(await send(event));
      expect(results.map(({ outcome, problem }) => [outcome, problem?.type.split(':').at(-1)])).toEqual([
        ['refused', 'rejected-empty-file'],
        ['refused', 'too-large'],
        ['refused', 'object-gone'],
      ]);
    }
    expect((await api.stored()).filter((name) => name.startsWith('uploads/'))).toEqual([]);
  });

  it('reads no bucket but those that were named for the tenant', async () => {
    const other = await s3.createBucket('private');
    expect(await problemOf(await send({ Records: [record(other, 'x')] }))).toEqual([422, 'unknown-bucket']);
    const stranger = await keyOf('stranger');
    expect(await problemOf(await send({ Records: [record(bucket, 'plain.mp4')] }, stranger))).toEqual([
      422,
      'unknown-bucket',
    ]);
    await put('in/taken.mp4', randomBytes(500));
    const narrow = await keyOf('narrow');
    const both = { Records: [record(bucket, 'plain.mp4'), record(bucket, 'in/taken.mp4')] };
    const results = await resultsOf(await send(both, narrow));
    expect(results.map(({ outcome, scan }) => [outcome, scan])).toEqual([
      ['ignored', null],
      ['taken', null],
    ]);
  });

  it('is sent again what may go better another time', async () => {
    const away = await keyOf('away');
    const event = { Records: [record(bucket, 'plain.mp4')] };
    for (let round = 0; round < 2; round += 1)
      expect(await problemOf(await send(event, away))).toEqual([503, 'unavailable']);
    const quota = (bytes: number | null) =>
      api.ask('/v1/tenants/acme/quota', {
        method: 'PUT',
        headers: json,
        body: JSON.stringify({ period: 'month', bytes, items: null, minutes: null }),
      });
    await put('costly.mp4', randomBytes(9_000));
    const costly = { Records: [record(bucket, 'costly.mp4')] };
    await quota(10);
    const refused = await send(costly);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toEqual([429, 'quota-exceeded']);
    await quota(null);
    expect(await resultsOf(await send(costly))).toMatchObject([{ outcome: 'taken' }]);
  });
});

it('names what is wrong with the file of buckets, and no secret', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-buckets-'));
  const file = join(folder, 'buckets.json');
  const good = { bucket: 'b', tenant: 'acme', accessKeyId: 'id', secretAccessKey: 'hush-hush' };
  const policies = new Map([[defaultPolicy.id, defaultPolicy]]);
  try {
    for (const [document, words] of [
      [[{ ...good, tenant: 'No Tenant' }], '0.tenant'],
      [[{ ...good, endpoint: 'hush-hush' }], '0.endpoint'],
      [[good, good], 'twice'],
      [[{ ...good, scan: { policy: 'none' } }], 'policy'],
      [{}, 'no list'],
    ] as const) {
      writeFileSync(file, JSON.stringify(document));
      const failed: unknown = await loadBucketSources(file, policies).catch((error: unknown) => error);
      expect(String(failed)).toContain(words);
      expect(String(failed)).not.toContain('hush');
    }
    writeFileSync(file, JSON.stringify([good]));
    expect(await loadBucketSources(file, policies)).toMatchObject([{ bucket: 'b', region: 'us-east-1', scan: {} }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
