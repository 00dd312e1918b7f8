import { type AuditEntry, type AuditList, type AuditPage, maxAuditPage, type TenantId } from '@assay/contracts';
import type { ObjectStore } from '@assay/storage';
import { StoredDocumentError } from '../errors';
import { keys } from '../keys';
import { writeStored } from '../stored';
import { hashOfEntry, lastAuditPage, noEntry, readAuditPage } from './audit-page';
import { listAudit } from './list-audit';

export type AuditFact = Omit<AuditEntry, 'schema' | 'sequence' | 'previous' | 'hash'>;

/** Entries that wait behind a store that does not answer take memory: beyond so many, they are refused. */
const mostWaiting = 20_000;

/** More waits to be written than is kept; the store does not keep up, or does not answer. */
export class AuditBacklogError extends Error {
  override readonly name = 'AuditBacklogError';

  constructor() {
    super(`More than ${mostWaiting} entries wait to be written to the audit log.`);
  }
}

interface Waiting {
  fact: AuditFact;
  signal: AbortSignal;
  resolve: (entry: AuditEntry) => void;
  reject: (error: unknown) => void;
}

/** The end of the log, as far as this process knows it. */
interface Head {
  page: number;
  sequence: number;
  hash: string;
}

/**
 * An append-only log in the object store, each entry with the hash of the one before. What comes while a page is being written makes the
 * next one, so that the log takes as much as the service does, however long the store takes for one object. A page's number is given
 * out by a write that fails where it is taken, so that replicas make one chain. On an S3 that does not decide `If-None-Match`, one
 * replica may write at a time.
 */
export class AuditLog {
  private head: Head | null = null;
  private readonly waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;

  constructor(private readonly store: ObjectStore) {}

  /**
   * Resolves when it is written.
   *
   * @param signal looked at when its turn comes: what is being written is written
   * @throws AuditBacklogError, StoreUnavailableError: it is not written
   */
  append(fact: AuditFact, signal: AbortSignal): Promise<AuditEntry> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length >= mostWaiting) throw new AuditBacklogError();
      this.waiting.push({ fact, signal, resolve, reject });
      this.writing ??= this.writeWaiting();
    });
  }

  /** Resolves when what was handed over is written, or could not be. */
  async settled(): Promise<void> {
    await this.writing;
  }

  /** Newest first. @param tenant null = all of them */
  list(
    tenant: TenantId | null,
    page: { limit: number; cursor?: number | undefined },
    signal: AbortSignal,
  ): Promise<AuditList> {
    return listAudit(this.store, tenant, page, signal);
  }

  private async writeWaiting(): Promise<void> {
    // What else is noted in this turn of the event loop comes with it.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const taken = this.waiting.splice(0, maxAuditPage);
      const together = taken.filter(({ signal }) => !signal.aborted);
      for (const { signal, reject } of taken) if (signal.aborted) reject(signal.reason);
      if (together.length === 0) continue;
      try {
        const entries = await this.write(together.map(({ fact }) => fact));
        together.forEach(({ resolve }, at) => resolve(entries[at]!));
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.writing = null;
  }

  private async write(facts: readonly AuditFact[]): Promise<AuditEntry[]> {
    // Nobody's in particular: the store bounds how long a write takes.
    const { signal } = new AbortController();
    this.head ??= await this.headAt(await lastAuditPage(this.store, signal), signal);
    for (;;) {
      const page: number = this.head.page + 1;
      const entries = chain(facts, this.head);
      const stored: AuditPage = { schema: 'assay.audit-page/1', entries };
      const written = await writeStored(this.store, keys.auditPage(page), stored, { ifAbsent: true }, signal);
      // Another replica was first, unless the answer to our own write was lost, which is repeated then.
      this.head = written === 'written' ? headOf(page, entries) : await this.headAt(page, signal);
      if (this.head.hash === headOf(page, entries).hash) return entries;
    }
  }

  private async headAt(page: number, signal: AbortSignal): Promise<Head> {
    const entries = await readAuditPage(this.store, page, signal);
    // Numbers that begin anew would hide that something was taken away.
    if (page > 0 && entries.length === 0) throw new StoredDocumentError(keys.auditPage(page));
    return headOf(page, entries);
  }
}

function headOf(page: number, entries: readonly AuditEntry[]): Head {
  const last = entries.at(-1);
  return { page, sequence: last?.sequence ?? 0, hash: last?.hash ?? noEntry };
}

function chain(facts: readonly AuditFact[], { sequence, hash }: Head): AuditEntry[] {
  let [number, previous] = [sequence, hash];
  return facts.map((fact) => {
    const bare = { ...fact, schema: 'assay.audit/1' as const, sequence: (number += 1), previous };
    const entry = { ...bare, hash: hashOfEntry(bare) };
    previous = entry.hash;
    return entry;
  });
}
