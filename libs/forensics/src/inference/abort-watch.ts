/** Tells many waiters of one signal about its abort through a single listener, however many wait. */
export class AbortWatch<T> {
  private readonly waiters = new Map<AbortSignal, { items: Set<T>; listener(): void }>();

  constructor(private readonly onAbort: (item: T) => void) {}

  add(signal: AbortSignal, item: T): void {
    const known = this.waiters.get(signal);
    if (known) {
      known.items.add(item);
      return;
    }
    const items = new Set([item]);
    const listener = () => {
      this.waiters.delete(signal);
      items.forEach(this.onAbort);
    };
    this.waiters.set(signal, { items, listener });
    signal.addEventListener('abort', listener, { once: true });
  }

  /** Nothing more is heard of this item; the listener goes with the last one. */
  remove(signal: AbortSignal, item: T): void {
    const known = this.waiters.get(signal);
    if (!known?.items.delete(item) || known.items.size > 0) return;
    this.waiters.delete(signal);
    signal.removeEventListener('abort', known.listener);
  }
}
