import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lets everything else on this machine go before a child that decodes: event loops that hold job locks and answer callers need
 * the processor seldom, but at once, while a decoder takes all that it gets.
 */
export function stepBack(child: number): void {
  try {
    const lower = getPriority() + constants.priority.PRIORITY_BELOW_NORMAL;
    setPriority(child, Math.min(constants.priority.PRIORITY_LOW, lower));
  } catch {
    // It has ended already, or the system keeps no priorities: then it runs like everything else.
  }
}
