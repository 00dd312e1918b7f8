import { findKey, hashOfKey, idOfHash, isApiKey, noteKeyUse, stateOfKey, type StoredKey } from '@assay/pipeline';
import type { ObjectStore } from '@assay/storage';
import { permissionsOf } from './permissions';
import type { Principal } from './principal';

/** How long an answer of the store is believed, ms: a revoked key stops working within this time, on every replica. */
const believedMs = 30_000;
/**
 * For this long after that, a key that was good is believed while the store does not answer, ms: who watches the service has to be let in just
 * then, and everybody else is told of the outage by what he asks for.
 */
const believedInOutageMs = 5 * 60_000;
/** How exact the last use of a key is known, ms. */
const useEveryMs = 5 * 60_000;
/** A flood of invented keys must not fill the memory. */
const maxEntries = 1_000;

interface Entry {
  stored: Promise<StoredKey | null>;
  until: number;
  /** When the store gave this answer. */
  answered: number;
}

/** Which keys are valid, asked from the store and remembered for a moment. */
export class KeyRing {
  private readonly entries = new Map<string, Entry>();
  /** What is not known to be a key: a flood of them pushes out each other, and no key that is one. */
  private readonly strangers = new Map<string, Entry>();
  private readonly uses = new Map<string, number>();

  constructor(
    private readonly store: ObjectStore,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns null for a key that nobody has, or that works no more; @throws StoreUnavailableError */
  async find(apiKey: string, signal: AbortSignal): Promise<Principal | null> {
    // Anything that is not shaped like a key is none, and costs no question.
    if (!isApiKey(apiKey)) return null;
    const hash = hashOfKey(apiKey);
    const known = this.entries.get(hash) ?? this.strangers.get(hash);
    const stored = await (known && known.until > this.now() ? known : this.ask(hash, known, signal)).stored;
    if (!stored || stateOfKey(stored, this.now()) !== 'active') return null;
    this.noteUse(hash, signal);
    const { tenant, roles, scopes } = stored.record;
    return { key: idOfHash(hash), tenant, roles, permissions: permissionsOf(roles, scopes) };
  }

  /** After a change by this process: the others hear of it within half a minute. */
  forget(): void {
    this.entries.clear();
    this.strangers.clear();
  }

  private ask(hash: string, known: Entry | undefined, signal: AbortSignal): Entry {
    const now = this.now();
    const entry: Entry = { stored: findKey(hash, this.store, signal), until: now + believedMs, answered: now };
    // In the entry itself, so that whoever asks meanwhile is let in, too.
    entry.stored = entry.stored.catch((error: unknown) => {
      if (!known || known.answered + believedMs + believedInOutageMs <= this.now()) throw error;
      entry.answered = known.answered;
      return known.stored;
    });
    this.entries.delete(hash);
    put(this.strangers, hash, entry);
    entry.stored.then(
      (found) => {
        if (!found || this.strangers.get(hash) !== entry) return;
        this.strangers.delete(hash);
        put(this.entries, hash, entry);
      },
      () => {
        if (this.strangers.get(hash) === entry) this.strangers.delete(hash);
      },
    );
    return entry;
  }

  private noteUse(hash: string, signal: AbortSignal): void {
    const now = this.now();
    if (now - (this.uses.get(hash) ?? 0) < useEveryMs) return;
    put(this.uses, hash, now);
    // A courtesy: a store that is away must not keep anyone out who is let in.
    noteKeyUse(hash, new Date(now), this.store, signal).catch(() => this.uses.delete(hash));
  }
}

/** As the newest; the oldest makes room. */
function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  const oldest = map.keys().next();
  if (map.size >= maxEntries && !oldest.done) map.delete(oldest.value);
  map.set(key, value);
}
