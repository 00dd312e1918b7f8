import { createHash } from 'node:crypto';
import { AuditEntry, type AuditList, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { keys } from '../keys';
import { canonicalJson } from '../signing/canonical-json';
import { readStored, writeStored } from '../stored';

export type AuditFact = Omit<AuditEntry, 'schema' | 'sequence' | 'previous' | 'hash'>;

/** What the first entry follows. */
export const noEntry = '0'.repeat(64);
/** Entries that one page looks at, so that a tenant who does little does not make a request read the whole log. */
const lookedAt = 1_000;
const atOnce = 50;

/** Hex SHA-256 over everything but the hash itself. */
export function hashOfEntry(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256')
    .update(canonicalJson({ ...entry, hash: undefined }))
    .digest('hex');
}

/**
 * An append-only log in the object store: one object an entry, each with the hash of the one before. A number is given out
 * by a write that fails where it is taken, so that replicas make one chain. On an S3 that does not decide
 * `If-None-Match`, one replica may write at a time.
 */
export class AuditLog {
  /** The newest entry that this process knows. */
  private head: { sequence: number; hash: string } | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: ObjectStore) {}

  /** One after the other in this process. @throws StoreUnavailableError when it is not written */
  append(fact: AuditFact, signal: AbortSignal): Promise<AuditEntry> {
    const appended = this.last.then(() => this.write(fact, signal));
    this.last = appended.catch(() => undefined);
    return appended;
  }

  /** Resolves when what was handed over is written, or could not be. */
  async settled(): Promise<void> {
    await this.last;
  }

  /** @param tenant null = all of them */
  async list(
    tenant: TenantId | null,
    { limit, cursor }: { limit: number; cursor?: number | undefined },
    signal: AbortSignal,
  ): Promise<AuditList> {
    const entries: AuditEntry[] = [];
    let from = cursor ?? (await this.findHead(signal)).sequence;
    for (const until = Math.max(0, from - lookedAt); from > until;) {
      const numbers = Array.from({ length: Math.min(atOnce, from - until) }, (_, step) => from - step);
      for (const entry of await Promise.all(numbers.map((number) => this.read(number, signal)))) {
        from -= 1;
        if (entry && (tenant === null || entry.tenant === tenant)) entries.push(entry);
        if (entries.length === limit) return { entries, next: from > 0 ? from : null };
      }
    }
    return { entries, next: from > 0 ? from : null };
  }

  private async write(fact: AuditFact, signal: AbortSignal): Promise<AuditEntry> {
    this.head ??= await this.findHead(signal);
    for (;;) {
      const bare = {
        ...fact,
        schema: 'assay.audit/1' as const,
        sequence: this.head.sequence + 1,
        previous: this.head.hash,
      };
      const entry: AuditEntry = { ...bare, hash: hashOfEntry(bare) };
      const written = await writeStored(this.store, keys.auditEntry(entry.sequence), entry, { ifAbsent: true }, signal);
      if (written === 'written') {
        this.head = { sequence: entry.sequence, hash: entry.hash };
        return entry;
      }
      // Another replica was first: behind it.
      this.head = await this.headAt(entry.sequence, signal);
    }
  }

  /** By doubling and halving: the numbers have no gaps, and there may be millions of them. */
  private async findHead(signal: AbortSignal): Promise<{ sequence: number; hash: string }> {
    const isThere = async (sequence: number) => (await this.store.stat(keys.auditEntry(sequence), signal)) !== null;
    let [low, high] = [this.head?.sequence ?? 0, (this.head?.sequence ?? 0) + 1];
    while (await isThere(high)) [low, high] = [high, high * 2];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await isThere(middle)) low = middle;
      else high = middle;
    }
    return low === 0 ? { sequence: 0, hash: noEntry } : this.headAt(low, signal);
  }

  private async headAt(sequence: number, signal: AbortSignal): Promise<{ sequence: number; hash: string }> {
    const entry = await this.read(sequence, signal);
    return { sequence, hash: entry?.hash ?? noEntry };
  }

  private read(sequence: number, signal: AbortSignal): Promise<AuditEntry | null> {
    return readStored(this.store, keys.auditEntry(sequence), AuditEntry, signal);
  }
}
