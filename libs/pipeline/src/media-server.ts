import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServedMedia } from '@assay/video';
import { blockBytes, type MediaRanges } from './media-ranges';

/**
 * Blocks that the first answer at a place holds, and the most that one holds when the reader goes on from there: a decoder
 * that jumps to a keyframe takes a few hundred kilobytes, one that reads a segment through takes all of it.
 */
const firstBlocks = 1;
const mostBlocks = 16;
const tokenBytes = 18;
/** Of a file that is open: `bytes=4096-`, as ffmpeg asks. */
const openRange = /^bytes=(\d{1,16})-$/;

interface Opened {
  ranges: MediaRanges;
  /** What kept a reader from its bytes, if anything did. */
  failure: unknown;
  /** Where the last answers ended, and how many blocks the next one there holds. */
  next: Map<number, number>;
}

/**
 * Gives media to decoders of this machine in the parts that they ask for. They reach this server and nothing else: it listens
 * on the loopback address, under names that cannot be guessed and that end with their use; where the media lies, and with which
 * credentials, they never learn.
 *
 * An answer is shorter than what was asked for, and the reader asks again (ffmpeg: `reconnect`). A long one would be read from
 * the store into the buffers of a socket, megabytes at each jump, and thrown away.
 */
export class MediaServer {
  private readonly opened = new Map<string, Opened>();
  private server: Promise<Server> | null = null;

  async serve(ranges: MediaRanges): Promise<ServedMedia & { close(): void }> {
    this.server ??= this.listen().catch((error: unknown) => {
      // Whoever comes next tries again.
      this.server = null;
      throw error;
    });
    const { port } = (await this.server).address() as AddressInfo;
    const name = randomBytes(tokenBytes).toString('base64url');
    const opened: Opened = { ranges, failure: null, next: new Map() };
    this.opened.set(name, opened);
    return {
      url: `http://127.0.0.1:${port}/${name}`,
      assertRead: () => {
        if (opened.failure !== null) throw opened.failure;
      },
      close: () => void this.opened.delete(name),
    };
  }

  async close(): Promise<void> {
    const server = await this.server;
    if (!server) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  private async listen(): Promise<Server> {
    const server = createServer((request, response) => void this.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.unref();
    return server;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const opened = this.opened.get(request.url?.slice(1) ?? '');
    const [, from] = openRange.exec(request.headers.range ?? '') ?? [];
    if (!opened || from === undefined || request.method !== 'GET') return void response.writeHead(404).end();
    const { ranges, next } = opened;
    const start = Number(from);
    if (start >= ranges.bytes) {
      return void response.writeHead(416, { 'content-range': `bytes */${ranges.bytes}` }).end();
    }
    const blocks = next.get(start) ?? firstBlocks;
    next.delete(start);
    const behind = Math.min((Math.floor(start / blockBytes) + blocks) * blockBytes, ranges.bytes);
    next.set(behind, Math.min(2 * blocks, mostBlocks));
    try {
      const body = await ranges.read(start, behind - 1);
      response.writeHead(206, {
        'content-range': `bytes ${start}-${behind - 1}/${ranges.bytes}`,
        'content-length': body.length,
        'content-type': 'application/octet-stream',
        'accept-ranges': 'bytes',
      });
      response.end(body);
    } catch (error) {
      opened.failure ??= error;
      response.writeHead(503).end();
    }
  }
}
