/** How often the parent is looked for where no channel tells of its end, ms. */
const pollMs = 500;

/**
 * Tells when the process that started this one is gone: by its IPC channel, by the process id it named, or by being
 * handed to another parent. Workers must not outlive `assay up`, not even its `kill -9`.
 */
export function watchParent(parentPid: number | null, onGone: () => void): void {
  let told = false;
  const tell = (): void => {
    if (told) return;
    told = true;
    onGone();
  };
  process.once('disconnect', tell);
  if (parentPid === null) return;
  const timer = setInterval(() => {
    if (isAlive(parentPid)) return;
    clearInterval(timer);
    tell();
  }, pollMs);
  timer.unref();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process: it is there, we may only not signal it.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}
