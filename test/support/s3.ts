import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from './free-ports';
import { accepts, startGuarded, untilReady } from './guarded-child';

/** Everything that `createS3Store` needs; the bucket is there and empty. */
export interface TestS3 {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  forcePathStyle: true;
  /** Makes another bucket and gives its name back. */
  createBucket(name: string): Promise<string>;
  /**
   * Everything that the server keeps, as `container/name`, through its own API: parts of uploads lie in a container
   * (`assay+segments`) that S3 does not show.
   */
  everything(): Promise<string[]>;
  /** Ends all servers and removes their files. Calling twice is fine. */
  close(): Promise<void>;
}

/** The settings that lead the service to it. */
export const s3Settings = ({ endpoint, bucket, accessKeyId, secretAccessKey }: TestS3): Record<string, string> => ({
  S3_ENDPOINT: endpoint,
  S3_BUCKET: bucket,
  S3_ACCESS_KEY_ID: accessKeyId,
  S3_SECRET_ACCESS_KEY: secretAccessKey,
});

const credentials = { accessKeyId: 'test:tester', secretAccessKey: 'testing' };
const region = 'us-east-1';
const firstBucket = 'assay';
/** Five servers, most of them in Python: ten seconds on an idle machine, minutes on a very busy one. */
const startTimeoutMs = 180_000;
/** For the `beforeAll` that starts it. */
export const s3StartTimeoutMs = startTimeoutMs + 20_000;
const portsNeeded = 5;
/** Beside this file, or, where this file was built for `bench/`, beside its source. */
const script = [__dirname, resolve(__dirname, '..')].map((dir) => join(dir, 'swift-s3.sh')).find(existsSync) ?? '';

/**
 * `describe` where the S3 server (Debian's Swift packages, `debian-packages.txt`) is installed. Where it is not, the
 * suite fails, or says loudly that it was skipped if ASSAY_TEST_ALLOW_NO_S3=1.
 */
export function describeWithS3(title: string, suite: () => void): void {
  if (isS3Installed()) return describe(title, suite);
  const missing = `OpenStack Swift is not installed (packages: test/support/debian-packages.txt): "${title}"`;
  if (process.env.ASSAY_TEST_ALLOW_NO_S3 === '1') {
    console.warn(`SKIPPED, nothing was tested against a real S3 server. ${missing}`);
    return describe.skip(title, suite);
  }
  describe(title, () => {
    it('needs an S3 server', () => {
      throw new Error(`${missing} cannot run. Install it, or set ASSAY_TEST_ALLOW_NO_S3=1 to go without.`);
    });
  });
}

export function isS3Installed(): boolean {
  return spawnSync('sh', ['-c', 'command -v swift-proxy-server && command -v memcached']).status === 0;
}

/** A real S3 server of the test's own (OpenStack Swift): ready in about ten seconds, gone with the test's process. */
export async function startS3(): Promise<TestS3> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-s3-'));
  const ports = await freePorts(portsNeeded);
  const child = startGuarded('exec sh "$@"', [script, folder, ...ports.map(String)]);
  const endpoint = `http://127.0.0.1:${ports[0]}`;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const createBucket = async (name: string): Promise<string> => {
    await client.send(new CreateBucketCommand({ Bucket: name }));
    return name;
  };
  const ready = async (): Promise<boolean> => {
    const up = await Promise.all(ports.map((port) => accepts({ host: '127.0.0.1', port })));
    if (up.includes(false)) return false;
    // Making a bucket goes through all five servers.
    return createBucket(firstBucket).then(
      () => true,
      () => false,
    );
  };
  try {
    await untilReady(child, 'the S3 server', ready, startTimeoutMs);
  } catch (error) {
    client.destroy();
    throw error;
  }
  const close = async (): Promise<void> => {
    client.destroy();
    await child.close();
  };
  const everything = (): Promise<string[]> => allObjects(endpoint);
  return {
    endpoint,
    region,
    bucket: firstBucket,
    ...credentials,
    forcePathStyle: true,
    createBucket,
    everything,
    close,
  };
}

/** All objects of all containers, through Swift's API, https://docs.openstack.org/api-ref/object-store/ */
async function allObjects(endpoint: string): Promise<string[]> {
  const { accessKeyId, secretAccessKey } = credentials;
  const login = await fetch(`${endpoint}/auth/v1.0`, {
    headers: { 'x-auth-user': accessKeyId, 'x-auth-key': secretAccessKey },
  });
  const headers = { 'x-auth-token': login.headers.get('x-auth-token') ?? '' };
  const list = async (path: string): Promise<string[]> => {
    const response = await fetch(`${login.headers.get('x-storage-url')}${path}?format=json&limit=10000`, { headers });
    if (!response.ok) throw new Error(`Swift answered ${response.status} to a listing.`);
    return ((await response.json()) as { name: string }[]).map(({ name }) => name);
  };
  const found: string[] = [];
  for (const container of await list('')) {
    const names = await list(`/${encodeURIComponent(container)}`);
    found.push(...names.map((name) => `${container}/${name}`));
  }
  return found;
}
