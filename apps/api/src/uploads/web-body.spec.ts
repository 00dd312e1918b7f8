import { PassThrough, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { webBodyOf } from './web-body';

/**
 * A body for the tus server:
 *
 * 1. It is all of the source, in order, and ends or fails as the source does.
 * 2. Nothing is taken from the source before it is asked for, and never more than what was asked for.
 * 3. The source outlives it, and what is left of it can still be read.
 */
describe('webBodyOf', () => {
  const pieces = ['one', 'two', 'three', 'four'].map((text) => Buffer.from(text));
  const sourceOf = (given: Buffer[]): PassThrough => {
    const source = new PassThrough({ objectMode: true, highWaterMark: given.length });
    for (const piece of given) source.write(piece);
    return source;
  };

  it('is all of the source, piece by piece and not copied', async () => {
    const source = sourceOf(pieces);
    source.end();
    const read: Buffer[] = [];
    for await (const piece of webBodyOf(source).stream) read.push(piece);
    expect(read).toHaveLength(pieces.length);
    read.forEach((piece, n) => expect(piece).toBe(pieces[n]));
  });

  it('takes nothing before it is asked for, and then one piece', async () => {
    const source = sourceOf(pieces);
    const taken: Buffer[] = [];
    const { stream } = webBodyOf(source);
    await turn();
    expect(source.readableFlowing).toBeNull();
    const reader = stream.getReader();
    const first = reader.read();
    source.on('data', (piece: Buffer) => taken.push(piece));
    expect((await first).value).toBe(pieces[0]);
    await turn();
    expect(taken).toEqual([pieces[0]]);
    await reader.read();
    expect(taken).toEqual(pieces.slice(0, 2));
  });

  it('fails as the source fails', async () => {
    const source = sourceOf([]);
    const reading = webBodyOf(source).stream.getReader().read();
    source.destroy(new Error('cut off'));
    await expect(reading).rejects.toThrow('cut off');
  });

  it.each(['released', 'cancelled'])('leaves the rest of the source to others when it is %s', async (how) => {
    const source = sourceOf(pieces);
    source.end();
    const body = webBodyOf(source);
    const reader = body.stream.getReader();
    await reader.read();
    // Waits for the second piece, which is no longer for it.
    void reader.read().catch(() => undefined);
    if (how === 'released') body.release();
    else await reader.cancel();
    expect(source.destroyed).toBe(false);
    const rest: Buffer[] = [];
    for await (const piece of source) rest.push(piece as Buffer);
    expect(rest).toEqual(pieces.slice(1));
  });

  it('can be released unread', async () => {
    const source = Readable.from(pieces);
    webBodyOf(source).release();
    const rest: Buffer[] = [];
    for await (const piece of source) rest.push(piece as Buffer);
    expect(rest).toEqual(pieces);
  });
});
