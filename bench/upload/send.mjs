import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const readAtOnceBytes = 256 * 1024;
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
    const source = await open(file);
    try {
      // Two buffers in turns, each until the kernel has it: a new one for every piece would have this process collect garbage on
      // the cores that it shares with the API.
      const turns = [0, 1].map(() => ({ buffer: Buffer.allocUnsafeSlow(readAtOnceBytes), handed: Promise.resolve() }));
      for (let sent = offset, n = 0; sent < bytes; n ^= 1) {
        const turn = turns[n];
        await Promise.race([turn.handed, answered]);
        const wanted = Math.min(readAtOnceBytes, bytes - sent, cutAt - sent);
        const { bytesRead } = await source.read(turn.buffer, 0, wanted, from + sent);
        const chunk = turn.buffer.subarray(0, bytesRead);
        turn.handed = new Promise((handed) => patch.write(chunk, handed));
        sent += bytesRead;
        if (sent < cutAt) continue;
        await turn.handed;
        patch.destroy();
        return null;
      }
    } finally {
      await source.close();
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
