import { buffer } from 'node:stream/consumers';
import type { MediaId } from '@assay/contracts';
import { sniff, sniffBytes } from '@assay/video';
import { keys } from '../keys';
import type { Ports } from '../ports';

/** Whether media begins as a still does. An animated PNG does so too: only a probe can tell. */
export async function isStill(media: MediaId, { store }: Pick<Ports, 'store'>, signal: AbortSignal): Promise<boolean> {
  const body = await store.stream(keys.media(media), { start: 0, end: sniffBytes - 1 }, signal);
  const sniffed = sniff(body ? await buffer(body) : Buffer.alloc(0));
  return sniffed.ok && sniffed.value.kind === 'still';
}
