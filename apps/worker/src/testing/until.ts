/** How often a condition is looked at, ms. */
const pauseMs = 50;

/** Waits for something that will be; the test's own time limit is what ends it otherwise. */
export async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
