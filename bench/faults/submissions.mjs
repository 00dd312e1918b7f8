import { Blob } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const fixtures = resolve(import.meta.dirname, '../../test/fixtures');
const clips = ['real-a.mp4', 'swapped-a.mp4'].map((name) => readFileSync(resolve(fixtures, name)));
const pollMs = 100;

/** A clip that no trial had before: the fixture with an empty box of random bytes, which players skip. */
export function newClip(random) {
  const box = Buffer.alloc(16);
  box.writeUInt32BE(box.length, 0);
  box.write('free', 4);
  for (let at = 8; at < box.length; at += 1) box[at] = Math.floor(random() * 256);
  return Buffer.concat([clips[Math.floor(random() * clips.length)], box]);
}

/**
 * Uploads and asks for a scan, as a careful caller: what was not answered is asked again.
 *
 * @returns ids that the service has confirmed
 */
export async function submit(service, clip) {
  const form = () => {
    const body = new FormData();
    body.set('file', new Blob([clip]), 'clip.mp4');
    return { method: 'POST', body };
  };
  const media = (await ask(service, '/v1/media', form)).id;
  const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ media }) };
  return { media, scan: (await ask(service, '/v1/scans', () => json)).id };
}

/**
 * @param patienceMs without an end after this, a scan is stuck
 * @returns `done`, `failed` or `stuck`, and the tag of the verdict
 */
export async function outcomeOf(service, { scan }, patienceMs) {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(pollMs)) {
    const { state } = await ask(service, `/v1/scans/${scan}`);
    if (state === 'failed' || state === 'cancelled') return { end: 'failed', etag: null };
    if (state === 'done') return { end: 'done', etag: await etagOf(service, scan) };
  }
  return { end: 'stuck', etag: null };
}

/** @returns whether the verdict says that a part of the media could not be read, which all of these can */
export async function isPartly(service, scan) {
  const { reasons } = await ask(service, `/v1/scans/${scan}/verdict`);
  return reasons.some(({ code }) => code === 'partly_unreadable');
}

/** @returns null when there is no verdict */
export async function etagOf(service, scan) {
  const { response } = await send(service, `/v1/scans/${scan}/verdict`);
  return response.headers.get('etag');
}

/** @returns whether the uploaded bytes are still known */
export async function hasMedia(service, media) {
  return (await send(service, `/v1/media/${media}`)).response.ok;
}

/** @throws when the answer is a no */
export async function ask(service, path, request = () => ({})) {
  const { response, body } = await send(service, path, request);
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${body}`);
  return JSON.parse(body);
}

/** Asks until there is an answer that is not "try again". */
async function send(service, path, request = () => ({})) {
  for (;;) {
    const { url, key } = await service.ready();
    try {
      const { headers, ...rest } = request();
      const response = await fetch(url + path, { ...rest, headers: { ...headers, 'x-api-key': key } });
      const body = await response.text();
      if (response.status !== 503 && response.status !== 500) return { response, body };
    } catch {
      // Cut off: the service is being killed or started.
    }
    await sleep(pollMs);
  }
}
