import { type MediaSource, openInput } from './input-arguments';
import type { InputAddress } from './input-windows';

/** What a decoder is given to read from. */
export interface DecoderInput extends InputAddress {
  kind: 'file' | 'served';
  /** Of a file; the decoder has it as its descriptor 3. */
  fd: number | undefined;
  /** @throws what kept it from being read, if anything did */
  assertRead(): void;
  close(): Promise<void>;
}

/** Answers of the server may be shorter than the file: ask again, at once, where one ended. An answer that is a no is not. */
const servedOptions = [['reconnect', '1']] as const;

/** @throws an Error when the file can't be opened */
export async function openForDecoder(source: MediaSource): Promise<DecoderInput> {
  if (typeof source !== 'string') {
    const { url } = source;
    const none = async (): Promise<void> => undefined;
    return {
      kind: 'served',
      url,
      options: servedOptions,
      fd: undefined,
      assertRead: () => source.assertRead(),
      close: none,
    };
  }
  const { file, url } = await openInput(source);
  return { kind: 'file', url, options: [], fd: file.fd, assertRead: () => undefined, close: () => file.close() };
}
