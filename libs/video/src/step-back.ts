import { constants, getPriority, setPriority } from 'node:os';
import { lowerSession } from './session-priority';

/** Just below that of a worker's engine, which has to score what is decoded. */
const sessionNice = 16;

/**
 * Lets everything else on this machine go before a child that decodes and leads a session: event loops that hold job locks and
 * answer callers need the processor seldom, but at once, while a decoder takes all that it gets.
 */
export function stepBack(child: number): void {
  try {
    const lower = Math.min(constants.priority.PRIORITY_LOW, getPriority() + constants.priority.PRIORITY_BELOW_NORMAL);
    setPriority(child, lower);
    lowerSession(child, sessionNice);
  } catch {
    // It has ended already, or the system keeps no priorities: then it runs like everything else.
  }
}
