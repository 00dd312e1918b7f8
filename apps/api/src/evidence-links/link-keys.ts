import { randomBytes, randomUUID } from 'node:crypto';
import { maxLinkSeconds } from '@assay/contracts';
import { keys, readStored, writeStored } from '@assay/pipeline';
import type { ObjectStore } from '@assay/storage';
import { z } from 'zod';
import { linkKeyOf } from './sign-link';

const secretBytes = 32;
/** After this a secret is replaced: a copy of the store that somebody kept opens nothing for long, ms. */
const replacedAfterMs = 30 * 24 * 3600_000;
/** How long an answer of the store is believed, ms: a secret that was removed signs and opens nothing after this, on every replica. */
const believedMs = 30_000;
/** Links that do not fit have the store asked at most this often, ms: strangers must not set the pace. */
const askedAgainMs = 1_000;
/** How long one that was replaced signs nothing and still opens: its last links, and those of replicas that had not heard of the new one, ms. */
const overlapMs = maxLinkSeconds * 1000 + 2 * believedMs;

const LinkSecret = z.object({
  schema: z.literal('assay.link-secret/1'),
  secret: z.base64(),
  createdAt: z.iso.datetime(),
});
interface StoredSecret extends z.infer<typeof LinkSecret> {
  /** In the store. */
  name: string;
}

interface Known {
  /** The newest first. */
  secrets: StoredSecret[];
  at: number;
}

/**
 * What links are signed with: one secret for all replicas, beside the keys of the API in the store. The first link makes it, and
 * every 30 days another takes its place; of replicas that make one at the same time each does, the newest signs, and all open.
 * Whoever wants another sooner removes `keys-links/` from the store: all links end within 30 s.
 */
export class LinkKeys {
  private known: Promise<Known> | null = null;
  private adding: Promise<StoredSecret> | null = null;
  private askedAt = -Infinity;

  constructor(
    private readonly store: ObjectStore,
    private readonly now: () => number = Date.now,
  ) {}

  /** The key to sign with. @throws StoreUnavailableError */
  async signing(signal: AbortSignal): Promise<Buffer> {
    const { secrets } = await this.recent(signal);
    const [newest] = secrets;
    return keyOf(newest && this.ageOf(newest) < replacedAfterMs ? newest : await this.addOne(signal));
  }

  /**
   * Whether one of the keys that open links fits. Where none does, another replica may have made one since: the store is asked
   * once more.
   */
  async some(fits: (key: Buffer) => boolean, signal: AbortSignal): Promise<boolean> {
    if (this.opening(await this.recent(signal)).some((secret) => fits(keyOf(secret)))) return true;
    if (this.now() - this.askedAt < askedAgainMs) return false;
    return this.opening(await this.ask(signal)).some((secret) => fits(keyOf(secret)));
  }

  private opening({ secrets }: Known): StoredSecret[] {
    return secrets.filter((_secret, at) => {
      const successor = secrets[at - 1];
      return !successor || this.ageOf(successor) < overlapMs;
    });
  }

  private async recent(signal: AbortSignal): Promise<Known> {
    const before = this.known;
    const known = await before?.catch(() => null);
    if (known && this.now() - known.at < believedMs) return known;
    // Of many who wait for an answer that is too old, one asks.
    return this.known && this.known !== before ? this.known : this.ask(signal);
  }

  private ask(signal: AbortSignal): Promise<Known> {
    const at = (this.askedAt = this.now());
    return (this.known = this.read(signal).then((secrets) => ({ secrets, at })));
  }

  private async read(signal: AbortSignal): Promise<StoredSecret[]> {
    const secrets: StoredSecret[] = [];
    for await (const { key: name } of this.store.list(keys.linkKeys, signal)) {
      const secret = await readStored(this.store, name, LinkSecret, signal);
      if (secret) secrets.unshift({ ...secret, name });
    }
    return secrets;
  }

  /** Of requests at the same time one makes it. */
  private addOne(signal: AbortSignal): Promise<StoredSecret> {
    return (this.adding ??= this.add(signal).finally(() => (this.adding = null)));
  }

  private async add(signal: AbortSignal): Promise<StoredSecret> {
    const now = this.now();
    const secret: z.infer<typeof LinkSecret> = {
      schema: 'assay.link-secret/1',
      secret: randomBytes(secretBytes).toString('base64'),
      createdAt: new Date(now).toISOString(),
    };
    const name = keys.linkKey(now, randomUUID());
    await writeStored(this.store, name, secret, { ifAbsent: true }, signal);
    const known = await this.ask(signal);
    const opening = this.opening(known);
    for (const over of known.secrets) if (!opening.includes(over)) await this.store.delete(over.name, signal);
    return known.secrets[0] ?? { ...secret, name };
  }

  private ageOf({ createdAt }: StoredSecret): number {
    return this.now() - Date.parse(createdAt);
  }
}

const keyOf = ({ secret }: StoredSecret): Buffer => linkKeyOf(Buffer.from(secret, 'base64'));
