import { ScanRecord, type ScanEvent } from '@assay/contracts';
import { placeOf } from '../list-cursor';
import { listScans, placesInRange } from '../list-scans';
import { changesOf, isFresher, mergeScanRecord } from '../merge-scan-record';
import type { ScanIndex, ScanLabel, ScanPage, ScanPageQuery } from '../scan-index';

type Listener = (event: ScanEvent) => void;

/** An index that lives and dies with the process: for `assay scan`, which has no server. */
export function createMemoryIndex(): ScanIndex {
  return new MemoryIndex();
}

class MemoryIndex implements ScanIndex {
  private readonly records = new Map<string, ScanRecord>();
  private readonly segmentsDone = new Map<string, Set<number>>();
  private readonly listeners = new Map<string, Set<Listener>>();

  async create(record: ScanRecord): Promise<'created' | 'exists'> {
    const checked = ScanRecord.parse(record);
    if (this.records.has(checked.id)) return 'exists';
    this.records.set(checked.id, checked);
    return 'created';
  }

  async restore(record: ScanRecord): Promise<'created' | 'replaced' | 'kept'> {
    const checked = ScanRecord.parse(record);
    const current = this.records.get(checked.id);
    if (current && !isFresher(checked, current)) return 'kept';
    this.records.set(checked.id, checked);
    return current ? 'replaced' : 'created';
  }

  async get(id: string): Promise<ScanRecord | null> {
    const record = this.records.get(id);
    return record ? structuredClone(record) : null;
  }

  async update(id: string, patch: Partial<ScanRecord>): Promise<ScanRecord | null> {
    const changes = changesOf(patch, new Date().toISOString());
    const current = this.records.get(id);
    if (!current) return null;
    const next = mergeScanRecord(current, changes);
    this.records.set(id, next);
    return structuredClone(next);
  }

  async relabel(id: string, label: ScanLabel): Promise<void> {
    const record = this.records.get(id);
    if (record) this.records.set(id, { ...record, ...label });
  }

  async markSegmentDone(id: string, segment: number): Promise<number> {
    const record = this.records.get(id);
    if (!record) return 0;
    const done = this.segmentsDone.get(id) ?? new Set<number>();
    this.segmentsDone.set(id, done.add(segment));
    this.records.set(id, mergeScanRecord(record, { segmentsDone: done.size }));
    return done.size;
  }

  async delete(id: string): Promise<void> {
    this.records.delete(id);
    this.segmentsDone.delete(id);
  }

  async scansOfMedia(media: string, tenant: string): Promise<string[]> {
    const ofMedia = [...this.records.values()].filter((record) => record.media === media && record.tenant === tenant);
    return ofMedia.map((record) => record.id).sort();
  }

  async list(query: ScanPageQuery): Promise<ScanPage> {
    const { tenant, label } = query;
    const owned = [...this.records.values()].filter((record) => record.tenant === tenant);
    const wanted = owned.filter((record) => label === undefined || record.label === label);
    const newestFirst = wanted.map(placeOf).sort().reverse();
    return listScans(query, {
      places: async (range, count) => placesInRange(newestFirst, range, count),
      ask: async (id) => this.records.get(id) ?? null,
      read: (id) => this.get(id),
    });
  }

  async publish(event: ScanEvent): Promise<void> {
    for (const listener of [...(this.listeners.get(event.scan) ?? [])]) {
      try {
        listener(structuredClone(event));
      } catch {
        // As promised in the interface: one listener's mistake must not reach the publisher or the others.
      }
    }
  }

  async subscribe(id: string, onEvent: Listener): Promise<() => Promise<void>> {
    // A function of its own per call: the same callback subscribed twice is two subscriptions.
    const listener: Listener = (event) => onEvent(event);
    const listeners = this.listeners.get(id) ?? new Set<Listener>();
    this.listeners.set(id, listeners.add(listener));
    return async () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(id) === listeners) this.listeners.delete(id);
    };
  }

  async check(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }
}
