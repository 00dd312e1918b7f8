import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, createS3Store } from '@assay/storage';
import { describeWithS3, s3StartTimeoutMs, startS3, type TestS3 } from '../../../../test/support/s3';
import { webhooksConformance } from '../testing/webhooks-conformance';

describe('over a folder', () => {
  let root: string;
  beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'assay-webhooks-'))));
  afterAll(() => rm(root, { recursive: true, force: true }));

  webhooksConformance(async () => createFolderStore({ root: join(root, randomUUID()) }));
});

describeWithS3('over S3', () => {
  let server: TestS3;
  beforeAll(async () => void (server = await startS3()), s3StartTimeoutMs);
  afterAll(() => server?.close());

  webhooksConformance(async () => createS3Store({ ...server, prefix: `${randomUUID()}/` }));
});
