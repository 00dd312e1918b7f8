import type { ExitCode } from '../exit';
import { untilInterrupted } from '../interrupt';
import { type Fleet, openFleet } from './open-fleet';

/** Does a command's work on a service that runs, until it is done or a person stops it. */
export function withFleet(
  options: { data?: string },
  work: (fleet: Fleet, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const fleet = await openFleet(options, signal);
    return await work(fleet, signal).finally(() => fleet.close());
  });
}
