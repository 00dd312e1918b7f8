import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets everything else on this machine go before the calling thread: event loops that hold job locks and answer callers need
 * the processor seldom, but at once, while inference takes all that it gets. Linux only, where priorities are kept by thread.
 */
export function stepBack(): void {
  if (process.platform !== 'linux') return;
  setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + constants.priority.PRIORITY_BELOW_NORMAL));
}
