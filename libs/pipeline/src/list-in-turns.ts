import type { ListedObject } from '@assay/storage';
import type { Ports } from './ports';

const hexDigits = '0123456789abcdef';
const minuteMs = 60_000;

/**
 * Keys whose names go on with a hex digit behind one of these prefixes, in sixteenths by that digit. Each minute begins with another: work
 * that is cut off at its deadline leaves others out than the one before.
 */
export async function* listInTurns(
  prefixes: readonly string[],
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
  now = Date.now(),
): AsyncGenerator<ListedObject> {
  const turn = Math.floor(now / minuteMs);
  for (let step = 0; step < hexDigits.length; step += 1) {
    const digit = hexDigits[(turn + step) % hexDigits.length]!;
    for (const prefix of prefixes) yield* store.list(`${prefix}${digit}`, signal);
  }
}
