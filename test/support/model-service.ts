import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ScanHistory, ScanRecord, SetComparison } from '@assay/contracts';
import { startTestApi, type TestApi } from './api';
import { assay, type Finished } from './assay-cli';
import { makeSecondSet } from './second-set';

const shipped = resolve(__dirname, '../../models');

/**
 * Added to the log odds of the shipped set by the second one: far enough that one number tells which of the two has judged. The
 * fixtures get 0.36 (real-a), 0.54 (swapped-a) and 0.47 (still) by it, and 0.97, 0.98 and 0.89 by the shipped one.
 */
const shift = -4;

/** A service with two model sets: the shipped one, installed and registered as `first`, and a second one, registered as `second`. */
export interface ModelService {
  api: TestApi;
  first: string;
  second: string;
  /** `assay` on this service. */
  operate(...args: string[]): Promise<Finished>;
  /** Uploads and asks for a scan. */
  ask(content: Buffer | string): Promise<ScanRecord>;
  /** The same. @returns its id */
  submit(content: Buffer | string): Promise<string>;
  /** Waits for the end of a scan. @returns the bytes of its verdict */
  judged(scan: string): Promise<string>;
  history(scan: string): Promise<ScanHistory>;
  comparison(): Promise<SetComparison>;
  close(): Promise<void>;
}

/** @param workers processes that take jobs */
export async function startModelService(workers: number): Promise<ModelService> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-sets-'));
  const api = await startTestApi({ ASSAY_INFERENCE_THREADS: '1', ASSAY_MODEL_CACHE_DIR: join(folder, 'cache') });
  const env = { REDIS_URL: api.redisPath, ASSAY_DATA_DIR: api.dataDir };
  const operate = async (...args: string[]): Promise<Finished> => {
    const finished = await assay(args, folder, env);
    if (finished.code !== 0) throw new Error(`assay ${args.join(' ')}: ${finished.stderr}`);
    return finished;
  };
  const register = async (models: string, name: string): Promise<string> => {
    const { stdout } = await operate('models', 'sets', 'add', models, '--name', name, '--json');
    return (JSON.parse(stdout) as { digest: string }).digest;
  };
  const json = async (path: string) => (await api.ask(path)).json();
  const ask = async (content: Buffer | string): Promise<ScanRecord> => {
    const media = await api.client.uploadMedia(new Blob([new Uint8Array(Buffer.from(content))]));
    return api.client.createScan({ media: media.id });
  };
  const [first, second] = [
    await register(shipped, 'first'),
    await register(await makeSecondSet(shipped, join(folder, 'second'), shift), 'second'),
  ];
  await Promise.all(Array.from({ length: workers }, () => api.startWorker()));
  return {
    api,
    first,
    second,
    operate,
    ask,
    submit: async (content) => (await ask(content)).id,
    judged: async (scan) => {
      await api.client.waitForVerdict(scan);
      return (await api.ask(`/v1/scans/${scan}/verdict`)).text();
    },
    history: (scan) => json(`/v1/scans/${scan}/history`) as Promise<ScanHistory>,
    comparison: () => json('/v1/models/comparison') as Promise<SetComparison>,
    close: async () => {
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
