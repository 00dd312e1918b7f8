import { writeFileSync } from 'node:fs';

/** Without the right to do so at any time, the kernel takes one change in 100 ms (of all sessions together). */
const againMs = 150;
const tries = 5;

/**
 * Lowers what a whole session gets of the processor, where Linux shares it among sessions first (sched(7), autogroup: outside of
 * containers and services, so on every laptop). Each then gets an equal part, and a process' own priority counts within its
 * session alone: a decoder that leads a session takes as much as the API does, however low its priority.
 *
 * Does nothing where there is no such sharing, or no such process any more.
 *
 * @param leader process id of the one that leads the session
 * @param nice 0 (as everything) to 19
 */
export function lowerSession(leader: number, nice: number, left = tries): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${leader}/autogroup`, String(nice), { flag: 'r+' });
  } catch (error) {
    const later = error instanceof Error && 'code' in error && error.code === 'EAGAIN' && left > 1;
    if (later) setTimeout(() => lowerSession(leader, nice, left - 1), againMs).unref();
  }
}
