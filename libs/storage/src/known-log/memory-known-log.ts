import type { KnownChanges, KnownLog } from './known-log';

interface Kept {
  value: string | null;
  kept: boolean;
  place: number;
}

/** A log that lives and dies with the process: for `assay scan`, which has no server. */
export function createMemoryKnownLog(): KnownLog {
  return new MemoryKnownLog();
}

class MemoryKnownLog implements KnownLog {
  private readonly scopes = new Map<string, Map<string, Kept>>();
  private place = 0;

  async put(
    scope: string,
    { id, value }: { id: string; value: string },
    { kept, most }: { kept: boolean; most: number },
  ): Promise<void> {
    const entries = this.scopes.get(scope) ?? new Map<string, Kept>();
    this.scopes.set(scope, entries);
    const known = entries.get(id);
    if (known?.value === value && known.kept === kept) return;
    this.set(entries, id, { value, kept });
    const passing = [...entries].filter(([, entry]) => !entry.kept && entry.value !== null);
    passing.sort(([, a], [, b]) => a.place - b.place);
    for (const [old] of passing.slice(0, Math.max(0, passing.length - most))) {
      this.set(entries, old, { value: null, kept: false });
    }
  }

  async remove(scope: string, id: string): Promise<void> {
    const entries = this.scopes.get(scope);
    if (entries?.get(id)?.value != null) this.set(entries, id, { value: null, kept: false });
  }

  async changes(scope: string, after: string | null, limit: number): Promise<KnownChanges> {
    const from = after === null ? 0 : Number(after);
    const changed = [...(this.scopes.get(scope) ?? [])].filter(([, { place }]) => place > from);
    changed.sort(([, a], [, b]) => a.place - b.place);
    const page = changed.slice(0, limit);
    return {
      // Nobody looks through the memory of a process for what was removed: the id is as good as any name.
      entries: page.map(([id, { value }]) => ({ handle: id, value })),
      next: String(page.at(-1)?.[1].place ?? from),
      anew: after === null,
      more: changed.length > limit,
    };
  }

  async close(): Promise<void> {
    this.scopes.clear();
  }

  private set(entries: Map<string, Kept>, id: string, entry: Omit<Kept, 'place'>): void {
    this.place += 1;
    entries.set(id, { ...entry, place: this.place });
  }
}
