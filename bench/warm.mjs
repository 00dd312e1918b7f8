/**
 * A scan in a process that is up: the same stages that a worker of the fleet runs, models loaded and threads started by a
 * scan before it, and with the fingerprint that known media is found by, which a command does not take. `node bench/warm.mjs FILE THREADS`
 * prints the wall seconds of the second scan of the file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, createPorts, loadConfig, openLocalKnown, scanFile } from '@assay/pipeline';
import { createFolderStore, createMemoryIndex } from '@assay/storage';

const [path, threads] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'assay-warm-'));
const signal = new globalThis.AbortController().signal;
const config = loadConfig({ ASSAY_INFERENCE_THREADS: threads });
const log = createLog({ level: 'silent', service: 'bench' });
// Nothing on it can be found: the look-up is done all the same.
const elsewhere = { name: 'elsewhere', type: 'video_md5', md5: '0'.repeat(32) };
const { known } = await openLocalKnown(
  { name: 'elsewhere', label: 'confirmed_manipulated', signals: [elsewhere], passedOver: 0 },
  log,
);
const ports = await createPorts(config, log, { store: createFolderStore({ root: folder, durable: false }) });
try {
  let wall = 0;
  for (const name of ['first', 'second']) {
    // An empty store and index each time: nothing may be known from before.
    const store = createFolderStore({ root: join(folder, name), durable: false });
    const own = { ...ports, store, index: createMemoryIndex(), known };
    const startedAt = process.hrtime.bigint();
    await scanFile(path, { name: 'clip', ports: own }, signal);
    wall = Number(process.hrtime.bigint() - startedAt) / 1e9;
  }
  console.log(JSON.stringify({ wall }));
} finally {
  await ports.close();
  rmSync(folder, { recursive: true, force: true });
}
