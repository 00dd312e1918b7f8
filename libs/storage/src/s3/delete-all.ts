/**
 * Deletes in flight at once. One request an object instead of S3's multi-delete: that one needs an MD5 or a newer
 * checksum depending on the server's age, and Google's S3 endpoint does not have it at all.
 */
const deletesInFlight = 16;

/** @returns how many items were deleted; waits for all that were started before it throws */
export async function deleteAll<T>(items: AsyncIterable<T>, remove: (item: T) => Promise<void>): Promise<number> {
  let deleted = 0;
  let batch: T[] = [];
  const flush = async (): Promise<void> => {
    const ended = await Promise.allSettled(batch.map(remove));
    batch = [];
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    deleted += ended.length;
  };
  for await (const item of items) {
    if (batch.push(item) === deletesInFlight) await flush();
  }
  await flush();
  return deleted;
}
