import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FrameBudget, type Policy, type ScanEvent, type Verdict, withFrameBudget } from '@assay/contracts';
import { privateNetworks } from '@assay/fetch-media';
import { createLog, createPorts, loadConfig, type LocalKnown, rejectedInputVerdict, scanFile } from '@assay/pipeline';
import { createFolderStore, createMemoryIndex } from '@assay/storage';
import { debugging } from '../debug';
import type { ScanInput } from '../inputs/collect-inputs';
import { download } from '../inputs/download';

export interface ScannerOptions {
  /** Inference threads; absent = as configured. */
  threads?: number;
  /** Lets addresses into private networks and this machine; see `privateNetworks`. */
  allowPrivateAddresses?: boolean;
  /** Media that scans are compared with; absent = `knownMedia` is null, not looked up. */
  known?: LocalKnown;
  /** Policies beside the configured ones. */
  policies?: readonly Policy[];
  /** Frames to look at, under whichever policy; absent = as many as it gives. */
  frameBudget?: FrameBudget;
}

export interface Scanned {
  verdict: Verdict;
  /** Pictures and plots that the verdict names. */
  artefacts: Map<string, Buffer>;
}

export interface Scanner {
  policies: ReadonlyMap<string, Policy>;
  /** Digest of the models in use. */
  modelSet: string;
  /** @throws only for what is neither a verdict nor a rejection: a fault of this program or machine, or `signal` */
  scan(input: ScanInput, policy: string, onEvent: (event: ScanEvent) => void, signal: AbortSignal): Promise<Scanned>;
  close(): Promise<void>;
}

/**
 * The pipeline in this process. Models and threads are opened once; each input has a store and an index of its own,
 * so that the same content under two names gets two verdicts, and a folder of a thousand clips leaves nothing behind.
 */
export async function openScanner(options: ScannerOptions, signal: AbortSignal): Promise<Scanner> {
  const env = { ...process.env };
  // The index of a scan without a server lives in memory, whatever the service on this machine uses.
  for (const name of Object.keys(env)) if (name === 'REDIS_URL' || name.startsWith('S3_')) delete env[name];
  if (options.threads) env['ASSAY_INFERENCE_THREADS'] = String(options.threads);
  const config = loadConfig(env);
  const log = createLog({ level: debugging ? 'debug' : 'silent', service: 'scan' });
  const fetching = {
    maxBytes: config.limits.maxBytes,
    privateNetworks: options.allowPrivateAddresses ? privateNetworks : [],
  };
  const folder = await mkdtemp(join(tmpdir(), 'assay-scan-'));
  // Also when a second Ctrl-C ends the process at once.
  const sweep = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', sweep);

  const shared = await createPorts(config, log, { store: createFolderStore({ root: folder, durable: false }) });
  const policies = new Map(shared.policies);
  for (const policy of options.policies ?? []) policies.set(policy.id, policy);
  for (const [id, policy] of policies) policies.set(id, withFrameBudget(policy, options.frameBudget));
  // Threads load their models while the first file is hashed and probed; a failure is told by whoever needs them.
  shared.modelSets.warm(shared.models, signal).catch(() => undefined);

  return {
    policies,
    modelSet: shared.models.digest,
    async scan(input, policy, onEvent, signal) {
      const own = await mkdtemp(join(folder, 'input-'));
      const ports = {
        ...shared,
        policies,
        store: createFolderStore({ root: own, durable: false }),
        index: createMemoryIndex(),
        ...(options.known ? { known: options.known.known } : {}),
      };
      await options.known?.noteIn(ports.store, signal);
      const reject = async (rejection: Parameters<typeof rejectedInputVerdict>[0]['rejection']): Promise<Scanned> => ({
        verdict: await rejectedInputVerdict({ ports, name: input.name, policy, rejection }, signal),
        artefacts: new Map(),
      });
      try {
        if (input.kind === 'rejected') return await reject(input.rejection);
        const path = input.kind === 'file' ? input.path : join(own, 'download');
        if (input.kind === 'url') {
          const fetched = await download(input.url, path, fetching, signal);
          if (!fetched.ok) return await reject(fetched.rejection);
        }
        const { verdict, evidencePrefix } = await scanFile(path, { name: input.name, ports, policy, onEvent }, signal);
        const artefacts = new Map<string, Buffer>();
        if (evidencePrefix !== null) {
          for await (const { key } of ports.store.list(evidencePrefix, signal)) {
            const bytes = await ports.store.get(key, signal);
            if (bytes) artefacts.set(key.slice(evidencePrefix.length), bytes);
          }
        }
        return { verdict, artefacts };
      } finally {
        await Promise.all([ports.store.close(), ports.index.close()]);
        await rm(own, { recursive: true, force: true });
      }
    },
    async close() {
      await shared.close();
      process.off('exit', sweep);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
