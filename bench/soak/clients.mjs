import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, outcomeOf, submit } from '../faults/submissions.mjs';

/** Of so many scans one is cancelled, one is followed by its events, and beside one an upload breaks off. */
const every = { cancel: 17, events: 3, brokenUpload: 7, metrics: 11 };
/** On a machine that has other work, ms. */
const patienceMs = 300_000;

/**
 * Clients that work one after another for ever, as many at once as said.
 *
 * @param nextFile gives the bytes of the next upload
 * @returns what they have seen so far, and a way to stop them after what they do now
 */
export function startClients(service, nextFile, atOnce) {
  const counts = { scans: 0, rejected: 0, cancelled: 0, failed: 0, stuck: 0, brokenUploads: 0 };
  let stopped = false;
  let number = 0;
  const work = async () => {
    while (!stopped) await one((number += 1));
  };
  const running = Array.from({ length: atOnce }, work);
  return {
    counts,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };

  async function one(turn) {
    const file = nextFile();
    if (turn % every.brokenUpload === 0) await breakOff(service, file).then(() => (counts.brokenUploads += 1));
    const ids = await submit(service, file);
    if (turn % every.metrics === 0) await textOf(service, '/metrics');
    if (turn % every.cancel === 0) {
      // It may have ended before.
      await textOf(service, `/v1/scans/${ids.scan}/cancel`, { method: 'POST' });
      counts.cancelled += 1;
    } else {
      if (turn % every.events === 0) await textOf(service, `/v1/scans/${ids.scan}/events`);
      const { end } = await outcomeOf(service, ids, patienceMs);
      counts.scans += 1;
      if (end !== 'done') counts[end] += 1;
      else await readVerdict(ids);
    }
    await textOf(service, `/v1/media/${ids.media}`, { method: 'DELETE' });
  }

  async function readVerdict({ scan }) {
    const verdict = await ask(service, `/v1/scans/${scan}/verdict`);
    if (verdict.verdict === 'rejected') counts.rejected += 1;
    const pictures = verdict.tracks.flatMap(({ evidence }) => evidence.map(({ crop }) => crop));
    for (const name of pictures.slice(0, 2)) await textOf(service, `/v1/scans/${scan}/evidence/${name}`);
  }
}

/** Whatever the answer is, it is read to its end. */
async function textOf(service, path, request = {}) {
  const { url, key } = await service.ready();
  const response = await fetch(url + path, { ...request, headers: { 'x-api-key': key } }).catch(() => null);
  await response?.arrayBuffer().catch(() => undefined);
}

/** Half of a file, and then the connection is gone. */
async function breakOff(service, file) {
  const { url, key } = await service.ready();
  const headers = {
    'x-api-key': key,
    'content-type': 'application/octet-stream',
    'content-length': file.length,
  };
  await new Promise((resolve) => {
    const request = http.request(`${url}/v1/media`, { method: 'POST', headers });
    request.on('error', resolve).on('close', resolve);
    request.write(file.subarray(0, file.length >> 1), () => void sleep(50).then(() => request.destroy()));
  });
}
