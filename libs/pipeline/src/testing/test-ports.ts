import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { defaultMediaLimits, defaultPolicy, defaultTenant, type MediaId } from '@assay/contracts';
import { createFolderStore, createMemoryIndex } from '@assay/storage';
import { createLog } from '../log';
import { MediaFiles } from '../media-files';
import { ModelSets } from '../model-sets/model-sets';
import { createRolloutReader } from '../model-sets/rollout-reader';
import type { OpenPorts } from '../open-ports';
import type { Ports } from '../ports';
import { intake } from '../stages/intake';

export const noAbort: AbortSignal = new AbortController().signal;

/** A real folder store and a memory index; models that are named but never run. */
export async function testPorts(): Promise<OpenPorts & { root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'assay-pipeline-'));
  // What a power cut would leave is the store's own test.
  const store = createFolderStore({ root, durable: false });
  const index = createMemoryIndex();
  const mediaFiles = new MediaFiles(store);
  const models = { dir: root, entries: [], digest: 'd'.repeat(64), uses: [] };
  const modelSets = new ModelSets(models, store, {
    threads: 1,
    provider: 'cpu',
    maxMemory: 1,
    cacheDir: join(root, 'cache'),
  });
  return {
    root,
    store,
    index,
    mediaFiles,
    models,
    modelSets,
    rollout: createRolloutReader(store),
    limits: defaultMediaLimits,
    policies: new Map([[defaultPolicy.id, defaultPolicy]]),
    tools: async () => ({ ffmpeg: 'test' }),
    log: createLog({ level: 'silent', service: 'test' }),
    async close() {
      await Promise.all([mediaFiles.close(), modelSets.close()]);
      await Promise.all([store.close(), index.close()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Id of a media item of its own, taken in. */
export async function newMedia(ports: Ports, tenant = defaultTenant): Promise<MediaId> {
  const content = Readable.from([`content ${Math.random()}`]);
  const taken = await intake(content, { tenant, name: 'clip.mp4' }, ports, noAbort);
  if (!taken.ok) throw new Error('intake refused');
  return taken.value.media.id;
}
