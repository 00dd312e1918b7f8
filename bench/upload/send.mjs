import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const readAtOnceBytes = 1 << 20;
const pauseMs = 200;

/** tus by hand: one upload of a piece of a file, over as many connections as it takes. */
export class Sender {
  constructor({ url, key }) {
    this.url = url;
    this.headers = { 'tus-resumable': '1.0.0', 'x-api-key': key };
  }

  async begin(bytes) {
    const headers = { ...this.headers, 'upload-length': String(bytes) };
    const response = await fetch(`${this.url}/v1/uploads`, { method: 'POST', headers });
    if (response.status !== 201) throw new Error(`POST answered ${response.status}: ${await response.text()}`);
    return response.headers.get('location');
  }

  /** @returns where the upload is, and what became of it */
  async head(path) {
    for (;;) {
      const response = await fetch(this.url + path, { method: 'HEAD', headers: this.headers });
      if (response.ok) {
        return { offset: Number(response.headers.get('upload-offset')), media: response.headers.get('assay-media') };
      }
      if (response.status !== 423 && response.status < 500) throw new Error(`HEAD answered ${response.status}`);
      await sleep(pauseMs);
    }
  }

  /**
   * Sends bytes `offset` to `bytes` of the piece that begins at `from`; cuts the connection once `cutAt` of them have
   * been handed to it.
   *
   * @returns the media id when that was all, null when it was cut
   */
  async send(file, { path, from, offset, bytes, cutAt = Infinity }) {
    const headers = {
      ...this.headers,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': offset,
      'content-length': bytes - offset,
    };
    const patch = request(this.url + path, { method: 'PATCH', headers });
    const answered = once(patch, 'response');
    answered.catch(() => undefined);
    const range = { start: from + offset, end: from + bytes - 1, highWaterMark: readAtOnceBytes };
    let sent = offset;
    for await (const chunk of createReadStream(file, range)) {
      const left = cutAt - sent;
      if (left <= chunk.length) {
        await new Promise((handed) => patch.write(chunk.subarray(0, left), handed));
        patch.destroy();
        return null;
      }
      sent += chunk.length;
      if (!patch.write(chunk)) await Promise.race([once(patch, 'drain'), answered]);
    }
    patch.end();
    const [response] = await answered;
    response.resume();
    await once(response, 'end');
    if (response.statusCode !== 204) throw new Error(`PATCH answered ${response.statusCode}`);
    return response.headers['assay-media'];
  }

  async remove(media) {
    await fetch(`${this.url}/v1/media/${media}`, { method: 'DELETE', headers: this.headers });
  }
}
