/** BullMQ's answer where a job has ended, or was removed, while one was about to change it. It has no type of its own. */
export function isMissingJob(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Missing key for job');
}
