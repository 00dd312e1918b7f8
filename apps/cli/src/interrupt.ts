import { setMaxListeners } from 'node:events';
import { ExitCode } from './exit';

export interface Interrupt {
  signal: AbortSignal;
  /** 130 or 143 once a signal has come, null before. */
  exitCode(): ExitCode | null;
  /** Stops listening; the next signal has its default effect. */
  dispose(): void;
}

/**
 * Ctrl-C and SIGTERM as an AbortSignal. The first asks for an orderly end; `onSecond` runs when a person asks again.
 * The default on the second is to leave at once: children hang on our pipes and end with them.
 */
export function listenForInterrupt(onSecond: (code: ExitCode) => void = (code) => process.exit(code)): Interrupt {
  const controller = new AbortController();
  // One signal for everything that runs: dozens of listeners at a time are no leak.
  setMaxListeners(0, controller.signal);
  let exitCode: ExitCode | null = null;
  const onSignal = (name: NodeJS.Signals): void => {
    const code = name === 'SIGTERM' ? ExitCode.terminated : ExitCode.interrupted;
    if (exitCode !== null) return onSecond(code);
    exitCode = code;
    controller.abort(new Error(`stopped by ${name}`));
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/**
 * Does a command's work until it is done or a person stops it.
 *
 * @param onStopped told before the end when it was stopped
 * @returns what the work says, or the signal's exit code
 */
export async function untilInterrupted(
  work: (signal: AbortSignal) => Promise<ExitCode>,
  onStopped: () => void = () => undefined,
): Promise<ExitCode> {
  const interrupt = listenForInterrupt();
  try {
    return await work(interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    onStopped();
    return interrupt.exitCode() ?? ExitCode.interrupted;
  } finally {
    interrupt.dispose();
  }
}
