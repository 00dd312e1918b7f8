/**
 * How fast a million hashes answer: `node bench/fingerprint.mjs [hashes] [queries]`, after `npm run build:ts`. Random
 * hashes, half of the queries 0 to 31 bits beside one of them; the index and a plain scan over all hashes in turns, on one
 * core. Says where the two disagree and then exits with 1.
 */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { machine } from './machine.mjs';

const { HashIndex, loadIndex, saveIndex, hashWords, matchDistance } = createRequire(import.meta.url)(
  '../libs/fingerprint',
);
const [hashes = 1_000_000, queries = 2000] = process.argv.slice(2).map(Number);
/** The scan takes a hundred times longer: this many of the queries are enough for its figures. */
const scanned = Math.min(queries, 100);

let state = 2463534242;
const random = () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
};
const all = Uint32Array.from({ length: hashes * hashWords }, random);
const hashAt = (i) => all.subarray(i * hashWords, (i + 1) * hashWords);
const wanted = Array.from({ length: queries }, (_, i) => {
  const query = i % 2 ? Uint32Array.from({ length: hashWords }, random) : hashAt(random() % hashes).slice();
  for (let bits = i % 2 ? 0 : i % (matchDistance + 1); bits > 0; bits -= 1) {
    const bit = random() % 256;
    query[bit >> 5] ^= 1 << (bit & 31);
  }
  return query;
});

const popcount = (word) => {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
};
function scan(query) {
  const hits = [];
  for (let i = 0, at = 0; i < hashes; i += 1, at += hashWords) {
    let bits = 0;
    for (let w = 0; w < hashWords && bits <= matchDistance; w += 1) bits += popcount(all[at + w] ^ query[w]);
    if (bits <= matchDistance) hits.push(i);
  }
  return hits;
}

const timed = (work) => {
  const start = performance.now();
  return { value: work(), ms: performance.now() - start };
};
const built = timed(() => {
  const index = new HashIndex();
  for (let i = 0; i < hashes; i += 1) index.add(hashAt(i), i);
  return index;
});
const index = built.value;

const times = { index: [], scan: [] };
let hits = 0;
let wrong = 0;
wanted.forEach((query, i) => {
  const answer = timed(() => index.query(query));
  times.index.push(answer.ms);
  hits += answer.value.length;
  if (i >= scanned) return;
  const plain = timed(() => scan(query));
  times.scan.push(plain.ms);
  const items = answer.value.map(({ item }) => item).sort((a, b) => a - b);
  if (items.join() !== plain.value.join()) wrong += 1;
});

const row = (name, values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(3);
  return `| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
};
const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
console.log(`${hashes} hashes of 256 bits, radius ${matchDistance}, one core; ${hits} hits of ${queries} queries\n`);
console.log('| | queries | p50 ms | p95 ms | max ms |\n| --- | --- | --- | --- | --- |');
console.log(row('index', times.index));
console.log(row('plain scan', times.scan));
const stored = timed(() => saveIndex(index));
const loaded = timed(() => loadIndex(stored.value));
console.log(
  `\nbuilt in ${(built.ms / 1000).toFixed(2)} s; index ${megabytes(index.bytes)} MB (hashes alone ${megabytes(all.byteLength)} MB); ` +
    `stored ${megabytes(stored.value.length)} MB in ${(stored.ms / 1000).toFixed(2)} s, loaded in ${(loaded.ms / 1000).toFixed(2)} s`,
);
console.log(`answers that differ from the scan: ${wrong} of ${times.scan.length}\n\n${machine()}`);
if (wrong > 0 || loaded.value.size !== index.size) process.exitCode = 1;
