import type { Ports } from './ports';

/** Of a key that is there, by when it was last written. */
export async function isOlder(
  key: string,
  ageMs: number,
  { store }: Pick<Ports, 'store'>,
  signal: AbortSignal,
): Promise<boolean> {
  const stat = await store.stat(key, signal);
  return stat !== null && Date.now() - stat.modifiedAt.getTime() > ageMs;
}
