import { getEventListeners } from 'node:events';

/**
 * What is left at a signal: listeners, and references to the signals that `AbortSignal.any` made of it. Those are weak, and yet stay
 * for ever in Node 20.
 */
export function leftAtSignal(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length + dependantsOf(signal);
}

/** By Node's own name for them: there is no other way to see them. */
function dependantsOf(signal: AbortSignal): number {
  const names = Object.getOwnPropertySymbols(signal).filter(({ description }) => description === 'kDependantSignals');
  return names.map((name): unknown => Reflect.get(signal, name)).reduce<number>((sum, held) => sum + sizeOf(held), 0);
}

const sizeOf = (held: unknown): number =>
  typeof held === 'object' && held !== null && 'size' in held ? Number(held.size) : 0;
