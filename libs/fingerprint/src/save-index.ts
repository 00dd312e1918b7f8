import { HashIndex } from './hash-index';
import { hashWords } from './hash256';

/** First bytes of a stored index: name and version of the format. */
const magic = 'ASSAYPDQ1\n';
/** A hash and its item. */
const entryBytes = 4 * hashWords + 4;

/**
 * The index as bytes: `ASSAYPDQ1\n`, the number of entries, then for each the hash as its hex is written and the item;
 * numbers of 32 bits, big-endian. Lists are not stored: building them takes about a microsecond a hash.
 */
export function saveIndex(index: HashIndex): Uint8Array {
  const bytes = Buffer.alloc(magic.length + 4 + index.size * entryBytes);
  let at = bytes.write(magic, 'latin1');
  at = bytes.writeUInt32BE(index.size, at);
  for (const { hash, item } of index.entries()) {
    for (const word of hash) at = bytes.writeUInt32BE(word, at);
    at = bytes.writeUInt32BE(item, at);
  }
  return bytes;
}

/**
 * Reads what `saveIndex` wrote.
 *
 * @throws RangeError when it is anything else, or cut off
 */
export function loadIndex(stored: Uint8Array): HashIndex {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (bytes.toString('latin1', 0, magic.length) !== magic) throw new RangeError('this is no stored hash index');
  const head = magic.length + 4;
  const count = bytes.length < head ? -1 : bytes.readUInt32BE(magic.length);
  if (bytes.length !== head + count * entryBytes) throw new RangeError('the stored hash index is cut off');
  const index = new HashIndex();
  const hash = new Uint32Array(hashWords);
  for (let at = head; at < bytes.length; at += entryBytes) {
    for (let i = 0; i < hashWords; i += 1) hash[i] = bytes.readUInt32BE(at + 4 * i);
    index.add(hash, bytes.readUInt32BE(at + 4 * hashWords));
  }
  return index;
}
