/** Holds: a hash is given for exactly what was written from the first byte on, through this process; never after a doubt. */
import { createHash } from 'node:crypto';
import { RunningHashes } from './running-hashes';

const key = 'uploads/u';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hashes = new RunningHashes();

/** A request that brings `text` from `offset` on, of which `written` bytes reach the store. */
function request(offset: number, text: string, written = text.length): void {
  const hash = hashes.begin(key, offset);
  hash?.update(Buffer.from(text));
  hashes.keep(key, hash, offset + written);
}

afterEach(() => hashes.forget(key));

describe('hashes of uploads on their way', () => {
  it('go on from request to request', () => {
    request(0, 'abc');
    expect(hashes.digest(key, 3)).toBe(sha256('abc'));
    request(3, 'defg');
    expect([hashes.digest(key, 7), hashes.digest(key, 7)]).toEqual([sha256('abcdefg'), sha256('abcdefg')]);
  });

  it('are not of less or more than the upload has', () => {
    request(0, 'abc');
    expect([hashes.digest(key, 2), hashes.digest(key, 4), hashes.digest('uploads/other', 3)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('end where bytes came that were not written, or others wrote on', () => {
    request(0, 'abcdef', 4);
    request(4, 'ef');
    expect(hashes.digest(key, 6)).toBeNull();
    request(0, 'abc');
    request(5, 'fg');
    expect(hashes.digest(key, 7)).toBeNull();
  });

  it('are gone while a request writes, and after one that failed', () => {
    request(0, 'abc');
    hashes.begin(key, 3)?.update(Buffer.from('d'));
    expect([hashes.digest(key, 3), hashes.digest(key, 4)]).toEqual([null, null]);
    request(4, 'e');
    expect(hashes.digest(key, 5)).toBeNull();
  });
});
