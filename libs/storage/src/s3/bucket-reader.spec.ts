import { PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describeWithS3, s3StartTimeoutMs, startS3, type TestS3 } from '../../../../test/support/s3';
import { S3FaultProxy } from '../../../../test/support/s3-fault-proxy';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { openBucket } from './open-bucket';

describeWithS3('a bucket with versions', () => {
  const never = new AbortController().signal;
  let server: TestS3;
  let proxy: S3FaultProxy;
  let client: S3Client;

  beforeAll(async () => {
    server = await startS3();
    proxy = await S3FaultProxy.open({ target: server.endpoint, random: () => 0.5 });
    const { endpoint, region, accessKeyId, secretAccessKey } = server;
    client = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
  }, s3StartTimeoutMs);
  afterAll(async () => {
    client?.destroy();
    await Promise.all([proxy?.close(), server?.close()]);
  });

  it('reads a version that is not the newest to its end, also over a connection that breaks', async () => {
    const Bucket = server.bucket;
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const versions: { bytes: Buffer; id: string }[] = [];
    for (let n = 0; n < 2; n += 1) {
      const bytes = randomBytes(3_000_000);
      const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'clip', Body: bytes }));
      versions.push({ bytes, id: VersionId! });
    }
    const reader = openBucket({ ...server, endpoint: proxy.url });
    proxy.next = ['cutBody'];
    const old = await reader.open('clip', versions[0]!.id, never);
    expect((await buffer(old!.body)).equals(versions[0]!.bytes)).toBe(true);
    expect(proxy.met.cutBody).toBe(1);
    const newest = await reader.open('clip', null, never);
    expect((await buffer(newest!.body)).equals(versions[1]!.bytes)).toBe(true);
    expect(await reader.open('clip', '0000000000.00000', never)).toBeNull();
    await reader.close();
  });
});

/** What AWS answers, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; the server above knows no such refusal. */
it('takes an id that names no version for one that is not there, and no other refusal', async () => {
  const answers: Record<string, [number, string]> = {
    strange: [400, 'InvalidArgument'],
    unknown: [404, 'NoSuchVersion'],
    deletion: [405, 'MethodNotAllowed'],
    forbidden: [403, 'AccessDenied'],
  };
  const server = createServer(({ url = '' }, response) => {
    const asked = new URL(url, 'http://s3').searchParams.get('versionId') ?? 'strange';
    const [status, code] = answers[asked]!;
    response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { accessKeyId: 'id', secretAccessKey: 'secret', region: 'us-east-1', forcePathStyle: true };
  const reader = openBucket({ ...access, bucket: 'b', endpoint });
  const open = (version: string | null) => reader.open('clip', version, new AbortController().signal);
  for (const version of ['strange', 'unknown', 'deletion']) expect(await open(version)).toBeNull();
  // Without a version, the same words are about something else.
  for (const version of ['forbidden', null]) await expect(open(version)).rejects.toThrow(StoreUnavailableError);
  await reader.close();
  await new Promise((resolve) => server.close(resolve));
});
