/**
 * What a process that only judges can do: `node bench/judge.mjs [--scans 200] [--known 5000]`, after `npm run build:ts`. Scans of a minute of
 * video whose looks are done are judged and published, over a real Redis and a folder, once without known media and once with as many
 * things known as a scope keeps. Each scan leaves what it saw for later ones, and every process that judges reads all of it: what that costs
 * is measured apart. CPU of this process, so it may run beside other work.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { startRedis } from './fleet/redis.mjs';
import { machine } from './machine.mjs';

const require = createRequire(import.meta.url);
const {
  createLog,
  createPorts,
  finishScan,
  frameOf,
  inLanes,
  intake,
  keys,
  loadConfig,
  lookAtPart,
  planScan,
  registerScan,
} = require('../libs/pipeline');

const { values: options } = parseArgs({
  options: { scans: { type: 'string', default: '200' }, known: { type: 'string', default: '5000' } },
});
const [scans, known] = [Number(options.scans), Number(options.known)];
const lanes = 4;
/** As a scan of a minute leaves them: eight a second, scenes of eight seconds whose frames differ by some bits. */
const video = { frames: 480, perSecond: 8, sceneFrames: 64, bits: 6 };
const tenant = 'default';
const signal = new AbortController().signal;
const fixture = resolve(import.meta.dirname, '../test/fixtures/real-a.mp4');

const root = mkdtempSync(join(tmpdir(), 'assay-bench-judge-'));
const redis = await startRedis();

function looksOfAMinute() {
  let scene = null;
  return Array.from({ length: video.frames }, (_, place) => {
    if (place % video.sceneFrames === 0) scene = randomBytes(32);
    const hash = Buffer.from(scene);
    for (const at of randomBytes(video.bits)) hash[at >> 3] ^= 1 << (at & 7);
    return `${hash.toString('hex')},100,${place / video.perSecond}`;
  });
}

const entryOf = (media) => ({
  v: 1,
  source: { kind: 'media', media, scan: `sc_${media.slice(0, 32)}` },
  type: 'vpdq',
  durationSeconds: 60,
  frames: looksOfAMinute(),
  md5: null,
  verdict: 'inconclusive',
  probability: 0.5,
  decision: null,
});

function openWorld(most) {
  const env = {
    ASSAY_DATA_DIR: join(root, `data-${most}`),
    REDIS_URL: redis.path,
    ASSAY_KNOWN_MEDIA: String(most),
    ASSAY_INFERENCE_THREADS: '1',
    ...(process.env.ASSAY_MODELS_DIR ? { ASSAY_MODELS_DIR: process.env.ASSAY_MODELS_DIR } : {}),
  };
  return createPorts(loadConfig(env), createLog({ level: 'error', service: 'bench' }));
}

/** One scan that is done but for its verdict; copies of it under other ids are what is judged. */
async function lookOnce(ports) {
  const taken = await intake(createReadStream(fixture), { tenant, name: 'a.mp4' }, ports, signal);
  const { scan } = await registerScan(ports, { tenant, media: taken.value.media.id }, signal);
  const { plan } = await planScan(scan.id, ports, signal);
  for (const { index } of plan.segments) await lookAtPart({ scan: scan.id, segment: index }, ports, signal);
  return scan;
}

async function copyOf(scan, ports) {
  const [id, media] = [`sc_${randomBytes(16).toString('hex')}`, randomBytes(32).toString('hex')];
  const put = (key, text) => ports.store.put(key, text, { contentType: 'application/json' }, signal);
  const renamed = async (from, to) =>
    put(
      to,
      String(await ports.store.get(from, signal))
        .replaceAll(scan.id, id)
        .replaceAll(scan.media, media),
    );
  await renamed(keys.mediaRecord(scan.media, tenant), keys.mediaRecord(media, tenant));
  for await (const { key } of ports.store.list(keys.scan(scan.id), signal)) {
    if (key.endsWith('.json')) await renamed(key, key.replace(scan.id, id));
  }
  const hashes = { schema: 'assay.frame-hashes/1', frames: looksOfAMinute() };
  if (ports.known) await put(keys.frameHashes(id, 0), JSON.stringify(hashes));
  await ports.index.create({ ...scan, id, media });
  return id;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function cpuOf(work) {
  const before = cpuMs();
  await work();
  return cpuMs() - before;
}

try {
  const rows = [];
  for (const most of [0, known]) {
    const ports = await openWorld(most);
    const scan = await lookOnce(ports);
    if (most > 0) {
      const names = Array.from({ length: known }, () => randomBytes(32).toString('hex'));
      const add = (name) => ports.known.put(tenant, `m.${name}`, entryOf(name), { kept: false });
      await inLanes(names, lanes, add, signal);
      const query = looksOfAMinute().map(frameOf);
      const reading = await cpuOf(() => ports.known.findLooks([tenant], query, 60));
      console.log(
        `reading and indexing ${known} things: ${(reading / known).toFixed(2)} ms of CPU each, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
      );
      const looking = await cpuOf(() => ports.known.findLooks([tenant], query, 60));
      console.log(`one look-up among them: ${looking.toFixed(1)} ms of CPU`);
    }
    const ids = [];
    for (let i = 0; i < scans + lanes; i += 1) ids.push(await copyOf(scan, ports));
    const judge = (id) => finishScan(id, ports, signal);
    await inLanes(ids.splice(0, lanes), lanes, judge, signal);
    const began = performance.now();
    const cpu = await cpuOf(() => inLanes(ids, lanes, judge, signal));
    rows.push([most, cpu / scans, (performance.now() - began) / scans]);
    await ports.close();
  }
  console.log('\n| things known | CPU of a judgement, ms | wall, four side by side, ms |\n| --- | --- | --- |');
  for (const [most, cpu, wall] of rows)
    console.log(`| ${most || 'not looked up'} | ${cpu.toFixed(1)} | ${wall.toFixed(1)} |`);
  console.log(`\n${scans} scans; ${machine()}`);
} finally {
  await redis.close();
  rmSync(root, { recursive: true, force: true });
}
