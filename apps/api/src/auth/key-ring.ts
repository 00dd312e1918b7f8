import type { ObjectStore } from '@assay/storage';
import { ApiKeyRecord, isApiKey, objectKeyOf } from './api-key';

/** How long an answer of the store is believed, ms: a deleted key stops working within this time. */
const believedMs = 30_000;
/** A flood of invented keys must not fill the memory. */
const maxEntries = 1_000;

interface Entry {
  record: Promise<ApiKeyRecord | null>;
  until: number;
}

/** Which keys are valid, asked from the store and remembered for a moment. */
export class KeyRing {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly store: Pick<ObjectStore, 'get'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns null for a key that nobody has; @throws StoreUnavailableError */
  async find(apiKey: string, signal: AbortSignal): Promise<ApiKeyRecord | null> {
    // Anything that is not shaped like a key is none, and costs no question.
    if (!isApiKey(apiKey)) return null;
    const objectKey = objectKeyOf(apiKey);
    const known = this.entries.get(objectKey);
    if (known && known.until > this.now()) return known.record;
    const record = this.ask(objectKey, signal);
    this.remember(objectKey, record);
    return record;
  }

  private async ask(objectKey: string, signal: AbortSignal): Promise<ApiKeyRecord | null> {
    const body = await this.store.get(objectKey, signal);
    return body && (ApiKeyRecord.safeParse(parseJson(body)).data ?? null);
  }

  private remember(objectKey: string, record: Promise<ApiKeyRecord | null>): void {
    this.entries.delete(objectKey);
    const oldest = this.entries.keys().next();
    if (this.entries.size >= maxEntries && !oldest.done) this.entries.delete(oldest.value);
    const entry = { record, until: this.now() + believedMs };
    this.entries.set(objectKey, entry);
    record.catch(() => {
      if (this.entries.get(objectKey) === entry) this.entries.delete(objectKey);
    });
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
